"""Asks States on the adopted list for their consent, reminds them, and takes their answers."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.events import DeadlineApproaching, DeadlineMissed
from services.visits.consent_timelines.models import MomentKind
from services.visits.consent_timelines.service import (
    keep,
    keep_confidential,
    keep_event,
    tell,
)
from services.visits.consents.ending import plan_expiry
from services.visits.consents.models import Consent, ConsentReminder, ConsentStatus
from services.visits.consents.rules import (
    FREE_STEPS,
    HOLDING,
    UNANSWERED,
    covers,
    faults_of_answer,
)
from services.visits.consents.schemas import Answer, ConsentCreate, ConsentQuery
from services.visits.events import (
    ConsentDeclined,
    ConsentDeferred,
    ConsentGiven,
    ConsentReminded,
    ConsentRequested,
)
from services.visits.ranking.models import ExpressedAnswer
from services.visits.ranking.service import keep_answer
from services.visits.standing_consents.models import StandingConsent
from services.visits.standing_consents.service import in_force
from services.visits.visit_list.models import VisitList, VisitListStatus
from shared.auth import Caller
from shared.database import (
    HistoryQuery,
    RecordPage,
    UnitOfWork,
    matching,
    paginate,
    read_visible,
    visible_to,
)
from shared.errors import Conflict, Invalid, NotFound, require_sound, require_step

ANSWER_DUTY = "consent-answer"
"""What notifications calls the duty to answer a request."""


async def request(work: UnitOfWork, wanted: ConsentCreate) -> Consent:
    """Ask a State on the adopted list for its consent, or take its standing consent for it."""
    today = work.clock.today()
    # Locked, so that the list does not change and no second request is made meanwhile.
    visit_list = await work.session.scalar(
        select(VisitList).where(VisitList.id == wanted.visit_list_id).with_for_update()
    )
    if visit_list is None:
        raise Invalid.of_field("body.visit_list_id", "No such list; see /v1/visit-lists.")
    if visit_list.status != VisitListStatus.ADOPTED:
        raise Conflict(f"The list is {visit_list.status}; the Committee adopts it first.")
    faults = []
    if wanted.member_state not in visit_list.member_states:
        message = (
            f"{wanted.member_state} is not on the list of {visit_list.year}; "
            "the Committee adds it by a decision first."
        )
        faults.append(("member_state", message))
    if wanted.answer_due_on <= today:
        faults.append(("answer_due_on", f"Give a date after today, {today}."))
    require_sound(faults, "The request does not fit the list or the date.")
    if holding := await _holding_request(work, visit_list.id, wanted.member_state):
        raise Conflict(
            f"{wanted.member_state} was asked already: /v1/consents/{holding.id} "
            f"is {holding.status}."
        )
    consent = Consent(
        **wanted.model_dump(exclude={"ask_anyway"}),
        requested_on=today,
        status=ConsentStatus.REQUESTED,
    )
    if not wanted.ask_anyway and (standing := await _standing_answer(work, wanted)):
        await _take_standing(work, consent, standing)
        return consent
    await work.save(consent)
    tell(
        work,
        ConsentRequested(
            member_state=consent.member_state,
            confidential=consent.confidential,
            consent_id=consent.id,
            requested_on=consent.requested_on,
            answer_due_on=consent.answer_due_on,
        ),
    )
    return consent


async def answer(
    work: UnitOfWork, caller: Caller, consent_id: UUID, version: int | None, given: Answer
) -> Consent:
    """Record the State's answer."""
    consent = await read_visible(
        work.session, caller, Consent, consent_id, version=version, locked=True
    )
    wanted = ConsentStatus(given.answer)
    require_step("consent", consent.status, wanted, FREE_STEPS)
    today = work.clock.today()
    facts = given.model_dump(exclude={"answer", "confidential"})
    require_sound(faults_of_answer(given.answer, today, **facts), "The answer is not complete.")
    if given.confidential and not consent.confidential:
        consent.confidential = True
        await keep_confidential(work, consent.id)
    consent.status, consent.answered_on, consent.reason = wanted, today, given.reason
    if wanted is ConsentStatus.GIVEN:
        consent.conditions, consent.valid_until = _unmet(given.conditions), given.valid_until
        await work.save(consent)
        await keep_answer(work, consent.member_state, consent.id, ExpressedAnswer.GIVEN)
        await plan_expiry(work, consent)
        _tell_given(work, consent)
    elif wanted is ConsentStatus.DECLINED:
        await work.save(consent)
        await keep_answer(work, consent.member_state, consent.id, ExpressedAnswer.DECLINED)
        tell(
            work,
            ConsentDeclined(
                member_state=consent.member_state,
                confidential=consent.confidential,
                consent_id=consent.id,
                declined_on=today,
                reason=consent.reason,
            ),
            consent.reason,
        )
    else:
        consent.answer_due_on = given.until or consent.answer_due_on
        await work.save(consent)
        tell(
            work,
            ConsentDeferred(
                member_state=consent.member_state,
                confidential=consent.confidential,
                consent_id=consent.id,
                deferred_on=today,
                answer_due_on=consent.answer_due_on,
                reason=consent.reason,
            ),
            consent.reason,
        )
    return consent


async def remind(
    work: UnitOfWork, consent_id: UUID, version: int | None, note: str
) -> ConsentReminder:
    """Remind a State that has not answered, at most once a day."""
    consent = await work.get(Consent, consent_id, version=version, locked=True)
    today = work.clock.today()
    if consent.status not in UNANSWERED:
        raise Conflict(f"The request is {consent.status}: only an unanswered one is reminded of.")
    table = ConsentReminder
    earlier = select(table.id).where(table.consent_id == consent_id, table.reminded_on == today)
    if await work.session.scalar(earlier):
        raise Conflict(f"{consent.member_state} was reminded today; do so tomorrow or later.")
    reminder = ConsentReminder(consent_id=consent_id, reminded_on=today, note=note)
    await work.save(reminder)
    tell(
        work,
        ConsentReminded(
            member_state=consent.member_state,
            confidential=consent.confidential,
            consent_id=consent.id,
            reminded_on=today,
            answer_due_on=consent.answer_due_on,
            note=note,
        ),
        note,
    )
    return reminder


async def keep_deadline(work: UnitOfWork, event: DeadlineApproaching | DeadlineMissed) -> None:
    """Keep in the State's timeline how it was reminded of the date of its answer."""
    if event.duty != ANSWER_DUTY or event.about_id is None:
        return
    # Locked, so that it is not kept as open while an answer makes the consent confidential.
    consent = await work.session.get(Consent, event.about_id, with_for_update=True)
    if consent is not None:
        keep_event(work, event, confidential=consent.confidential)


async def meet_condition(
    work: UnitOfWork, consent_id: UUID, version: int | None, place: int
) -> Consent:
    """Record that one condition of a given consent, by its place from 0, is met."""
    consent = await work.get(Consent, consent_id, version=version, locked=True)
    if place >= len(consent.conditions):
        raise NotFound(f"The consent has {len(consent.conditions)} conditions, counted from 0.")
    if consent.status != ConsentStatus.GIVEN:
        raise Conflict(f"The consent is {consent.status}; nothing needs to be met.")
    condition = consent.conditions[place]
    if condition["met_on"] is not None:
        raise Conflict(f"The condition is met since {condition['met_on']}.")
    met = condition | {"met_on": work.clock.today().isoformat()}
    consent.conditions = [*consent.conditions[:place], met, *consent.conditions[place + 1 :]]
    await work.save(consent)
    keep(
        work,
        consent.member_state,
        MomentKind.CONDITION_MET,
        "A condition of its consent is met.",
        f"/v1/consents/{consent.id}",
        consent.id,
        words=condition["text"],
        confidential=consent.confidential,
    )
    return consent


async def list_consents(
    session: AsyncSession, caller: Caller, query: ConsentQuery
) -> RecordPage[Consent]:
    """The requests that match the query and that the caller may see."""
    statement = visible_to(caller, select(Consent), Consent)
    filters = ("member_state", "status", "visit_list_id", "standing_consent_id")
    statement = matching(statement, Consent, query, *filters)
    if query.due_before:
        statement = statement.where(
            Consent.answer_due_on < query.due_before, Consent.status.in_(UNANSWERED)
        )
    if query.removed is not None:
        removed = Consent.removed_on.is_not(None)
        statement = statement.where(removed if query.removed else ~removed)
    sortable = {"answer_due_on": Consent.answer_due_on, "created_at": Consent.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Consent.id)


async def list_reminders(
    session: AsyncSession, caller: Caller, consent_id: UUID, query: HistoryQuery
) -> RecordPage[ConsentReminder]:
    """The reminders of a request that the caller may see."""
    await read_visible(session, caller, Consent, consent_id)
    table = ConsentReminder
    statement = select(table).where(table.consent_id == consent_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def read_reminder(
    session: AsyncSession, caller: Caller, consent_id: UUID, reminder_id: UUID
) -> ConsentReminder:
    """One reminder of a request that the caller may see."""
    await read_visible(session, caller, Consent, consent_id)
    reminder = await session.get(ConsentReminder, reminder_id)
    if reminder is None or reminder.consent_id != consent_id:
        raise NotFound.record("ConsentReminder", reminder_id)
    return reminder


async def _standing_answer(work: UnitOfWork, wanted: ConsentCreate) -> StandingConsent | None:
    """The standing consent that answers a request, unless the State revoked its answer before."""
    standing = await in_force(work, wanted.member_state)
    if standing is None or not covers(standing.visit_kinds, wanted.visit_kind):
        return None
    revoked = select(Consent.id).where(
        Consent.visit_list_id == wanted.visit_list_id,
        Consent.standing_consent_id == standing.id,
        Consent.status == ConsentStatus.REVOKED,
    )
    return None if await work.session.scalar(revoked) else standing


async def _take_standing(work: UnitOfWork, consent: Consent, standing: StandingConsent) -> None:
    """Let the State's standing consent answer the request; the ranking knows of that already."""
    consent.status, consent.answered_on = ConsentStatus.GIVEN, consent.requested_on
    consent.standing_consent_id = standing.id
    consent.conditions, consent.valid_until = _unmet(standing.conditions), standing.valid_until
    consent.confidential = consent.confidential or standing.confidential
    await work.save(consent)
    await plan_expiry(work, consent)
    _tell_given(work, consent)


def _tell_given(work: UnitOfWork, consent: Consent) -> None:
    conditions = "\n".join(condition["text"] for condition in consent.conditions)
    tell(
        work,
        ConsentGiven(
            member_state=consent.member_state,
            confidential=consent.confidential,
            consent_id=consent.id,
            given_on=work.clock.today(),
            conditions=conditions,
            standing_consent_id=consent.standing_consent_id,
        ),
        conditions,
    )


def _unmet(conditions: Iterable[str]) -> list[dict[str, Any]]:
    return [{"text": condition, "met_on": None} for condition in conditions]


async def _holding_request(
    work: UnitOfWork, visit_list_id: UUID, member_state: str
) -> Consent | None:
    found: Consent | None = await work.session.scalar(
        select(Consent).where(
            Consent.visit_list_id == visit_list_id,
            Consent.member_state == member_state,
            Consent.status.in_(HOLDING),
        )
    )
    return found
