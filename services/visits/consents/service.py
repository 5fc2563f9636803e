"""Asks States on the adopted list for their consent and takes their answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consents.models import Consent, ConsentStatus
from services.visits.consents.rules import FREE_STEPS, STANDING, faults_of_answer
from services.visits.consents.schemas import Answer, ConsentCreate, ConsentQuery
from services.visits.events import ConsentDeclined, ConsentGiven, ConsentRequested
from services.visits.ranking.models import ExpressedAnswer
from services.visits.ranking.service import keep_answer
from services.visits.visit_list.models import VisitList, VisitListStatus
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, FieldError, Invalid, require_step


async def request(work: UnitOfWork, wanted: ConsentCreate) -> Consent:
    """Ask a State on the adopted list for its consent."""
    today = work.clock.today()
    # Locked, so that the list does not change and no second request is made meanwhile.
    visit_list = await work.session.scalar(
        select(VisitList).where(VisitList.id == wanted.visit_list_id).with_for_update()
    )
    if visit_list is None:
        raise Invalid.of_field("body.visit_list_id", "No such list; see /v1/visit-lists.")
    if visit_list.status != VisitListStatus.ADOPTED:
        raise Conflict(f"The list is {visit_list.status}; the Committee adopts it first.")
    errors = []
    if wanted.member_state not in visit_list.member_states:
        message = f"{wanted.member_state} is not on the list of {visit_list.year}."
        errors.append(FieldError(field="body.member_state", message=message))
    if wanted.answer_due_on <= today:
        message = f"Give a date after today, {today}."
        errors.append(FieldError(field="body.answer_due_on", message=message))
    if errors:
        raise Invalid("The request does not fit the list or the date.", errors=errors)
    if standing := await _standing_request(work, visit_list.id, wanted.member_state):
        raise Conflict(
            f"{wanted.member_state} was asked already: /v1/consents/{standing.id} "
            f"is {standing.status}."
        )
    consent = Consent(
        **wanted.model_dump(),
        requested_on=today,
        status=ConsentStatus.REQUESTED,
        answered_on=None,
        conditions="",
        reason="",
    )
    await work.save(consent)
    work.publish(
        ConsentRequested(
            member_state=consent.member_state,
            confidential=consent.confidential,
            consent_id=consent.id,
            requested_on=consent.requested_on,
            answer_due_on=consent.answer_due_on,
        )
    )
    return consent


async def answer(
    work: UnitOfWork, caller: Caller, consent_id: UUID, version: int | None, given: Answer
) -> Consent:
    """Record the State's answer."""
    consent = await work.get(Consent, consent_id, version=version, locked=True)
    caller.require_state(consent.member_state)
    wanted = ConsentStatus(given.answer)
    require_step("consent", consent.status, wanted, FREE_STEPS)
    if faults := faults_of_answer(given.answer, given.conditions, given.reason):
        raise Invalid(
            "The answer is not complete.",
            errors=[FieldError(field=f"body.{field}", message=text) for field, text in faults],
        )
    consent.status = wanted
    consent.answered_on = work.clock.today()
    consent.conditions = given.conditions
    consent.reason = given.reason
    await work.save(consent)
    if wanted is ConsentStatus.GIVEN:
        await keep_answer(work, consent.member_state, consent.id, ExpressedAnswer.GIVEN)
        work.publish(
            ConsentGiven(
                member_state=consent.member_state,
                confidential=consent.confidential,
                consent_id=consent.id,
                given_on=consent.answered_on,
                conditions=consent.conditions,
            )
        )
    elif wanted is ConsentStatus.DECLINED:
        await keep_answer(work, consent.member_state, consent.id, ExpressedAnswer.DECLINED)
        work.publish(
            ConsentDeclined(
                member_state=consent.member_state,
                confidential=consent.confidential,
                consent_id=consent.id,
                declined_on=consent.answered_on,
                reason=consent.reason,
            )
        )
    return consent


async def list_consents(
    session: AsyncSession, caller: Caller, query: ConsentQuery
) -> RecordPage[Consent]:
    """The requests that match the query and that the caller may see."""
    statement = visible_to(caller, select(Consent), Consent)
    if query.member_state:
        statement = statement.where(Consent.member_state == query.member_state)
    if query.status:
        statement = statement.where(Consent.status == query.status)
    if query.visit_list_id:
        statement = statement.where(Consent.visit_list_id == query.visit_list_id)
    sortable = {"answer_due_on": Consent.answer_due_on, "created_at": Consent.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Consent.id)


async def _standing_request(
    work: UnitOfWork, visit_list_id: UUID, member_state: str
) -> Consent | None:
    found: Consent | None = await work.session.scalar(
        select(Consent).where(
            Consent.visit_list_id == visit_list_id,
            Consent.member_state == member_state,
            Consent.status.in_(STANDING),
        )
    )
    return found
