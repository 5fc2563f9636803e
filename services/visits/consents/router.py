"""Consent to visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.visits.consents import ending, service
from services.visits.consents.models import Consent
from services.visits.consents.schemas import (
    Answer,
    ConsentCreate,
    ConsentQuery,
    ConsentRead,
    ReminderCreate,
    ReminderRead,
    Revocation,
    Withdrawal,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/consents", tags=["consents"], route_class=TransactionalRoute)
_OF_A_STEP = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def request_consent(
    caller: CtedCaller, work: WriteSession, wanted: ConsentCreate, response: Response
) -> ConsentRead:
    """Ask a State on the adopted list for its consent to a visit (¶6).

    A standing consent of the State that covers the visit answers at once, unless you ask anyway.
    """
    consent = await service.request(work, wanted)
    created(response, f"/v1/consents/{consent.id}", consent.version)
    return ConsentRead.model_validate(consent)


@exported(router)
@router.get("", responses=problem_responses())
async def list_consents(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[ConsentQuery, Query()]
) -> Page[ConsentRead]:
    """Requests for consent; a State sees its own."""
    return (await service.list_consents(session, caller, query)).map(ConsentRead.model_validate)


@router.get("/{consent_id}", responses=problem_responses(NotFound))
async def read_consent(
    caller: CtedCommitteeOrState, session: ReadSession, consent_id: UUID, response: Response
) -> ConsentRead:
    """One request for consent with its answer."""
    consent = await read_visible(session, caller, Consent, consent_id)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post("/{consent_id}/answer", responses=_OF_A_STEP)
async def answer_request(
    caller: CtedOrState,
    work: WriteSession,
    consent_id: UUID,
    version: OptionalVersion,
    given: Answer,
    response: Response,
) -> ConsentRead:
    """Give, decline or defer consent; what is deferred can be answered again."""
    consent = await service.answer(work, caller, consent_id, version, given)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post("/{consent_id}/withdrawal", responses=_OF_A_STEP)
async def withdraw_request(
    caller: CtedCaller,
    work: WriteSession,
    consent_id: UUID,
    version: OptionalVersion,
    wanted: Withdrawal,
    response: Response,
) -> ConsentRead:
    """Take back a request that was not answered yet."""
    consent = await ending.withdraw(work, consent_id, version, wanted.reason)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post("/{consent_id}/revocation", responses=_OF_A_STEP)
async def revoke_consent(
    caller: CtedOrState,
    work: WriteSession,
    consent_id: UUID,
    version: OptionalVersion,
    wanted: Revocation,
    response: Response,
) -> ConsentRead:
    """Take back consent before the visit begins; a scheduled visit is marked, to be cancelled."""
    consent = await ending.revoke(work, caller, consent_id, version, wanted.reason)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post("/{consent_id}/conditions/{place}/fulfilment", responses=_OF_A_STEP)
async def meet_condition(
    caller: CtedCaller,
    work: WriteSession,
    consent_id: UUID,
    place: Annotated[int, Path(ge=0, le=1000, description="Of the condition, from 0")],
    version: OptionalVersion,
    response: Response,
) -> ConsentRead:
    """Record that a condition of the State's consent is met."""
    consent = await service.meet_condition(work, consent_id, version, place)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post("/{consent_id}/reminders", status_code=201, responses=_OF_A_STEP)
async def remind_state(
    caller: CtedCaller,
    work: WriteSession,
    consent_id: UUID,
    version: OptionalVersion,
    wanted: ReminderCreate,
    response: Response,
) -> ReminderRead:
    """Remind a State that has not answered, at most once a day; If-Match is the request's ETag."""
    reminder = await service.remind(work, consent_id, version, wanted.note)
    created(response, f"/v1/consents/{consent_id}/reminders/{reminder.id}", reminder.version)
    return ReminderRead.model_validate(reminder)


@exported(router)
@router.get("/{consent_id}/reminders", responses=problem_responses(NotFound))
async def list_consent_reminders(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    consent_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ReminderRead]:
    """The reminders sent by hand; those sent as the date approaches are in the timeline."""
    reminders = await service.list_reminders(session, caller, consent_id, query)
    return reminders.map(ReminderRead.model_validate)


@router.get("/{consent_id}/reminders/{reminder_id}", responses=problem_responses(NotFound))
async def read_consent_reminder(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    consent_id: UUID,
    reminder_id: UUID,
    response: Response,
) -> ReminderRead:
    """One reminder."""
    reminder = await service.read_reminder(session, caller, consent_id, reminder_id)
    set_etag(response, reminder.version)
    return ReminderRead.model_validate(reminder)
