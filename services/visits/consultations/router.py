"""Consultations over HTTP: for the State that asks for them, CTED and the Committee."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.consultations import service
from services.visits.consultations.models import Consultation
from services.visits.consultations.schemas import (
    ConsultationArrangement,
    ConsultationCreate,
    ConsultationMeeting,
    ConsultationQuery,
    ConsultationRead,
    ConsultationWithdrawal,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, StateCaller
from shared.database import (
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

router = APIRouter(prefix="/v1", tags=["consultations"], route_class=TransactionalRoute)
_OF_A_STEP = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post(
    "/missions/{mission_id}/consultations",
    status_code=201,
    responses=problem_responses(NotFound, Conflict),
)
async def request_consultation(
    caller: StateCaller,
    work: WriteSession,
    mission_id: UUID,
    wanted: ConsultationCreate,
    response: Response,
) -> ConsultationRead:
    """Ask, as the assessed State, that experts outside of government be heard (¶7)."""
    consultation = await service.request(work, caller, mission_id, wanted)
    created(response, f"/v1/consultations/{consultation.id}", consultation.version)
    return ConsultationRead.model_validate(consultation)


@exported(router)
@router.get("/consultations", responses=problem_responses())
async def list_consultations(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    query: Annotated[ConsultationQuery, Query()],
) -> Page[ConsultationRead]:
    """Whom States wish to have heard, and the meetings with them; a State sees its own."""
    page = await service.list_consultations(session, caller, query)
    return page.map(ConsultationRead.model_validate)


@router.get("/consultations/{consultation_id}", responses=problem_responses(NotFound))
async def read_consultation(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    consultation_id: UUID,
    response: Response,
) -> ConsultationRead:
    """One consultation."""
    return _answer(response, await read_visible(session, caller, Consultation, consultation_id))


@router.post("/consultations/{consultation_id}/arrangement", responses=_OF_A_STEP)
async def arrange_consultation(
    caller: CtedCaller,
    work: WriteSession,
    consultation_id: UUID,
    version: OptionalVersion,
    wanted: ConsultationArrangement,
    response: Response,
) -> ConsultationRead:
    """Arrange the meeting that the State asked for, or arrange it anew."""
    return _answer(response, await service.arrange(work, consultation_id, version, wanted))


@router.post("/consultations/{consultation_id}/meeting", responses=_OF_A_STEP)
async def record_meeting(
    caller: CtedCaller,
    work: WriteSession,
    consultation_id: UUID,
    version: OptionalVersion,
    wanted: ConsultationMeeting,
    response: Response,
) -> ConsultationRead:
    """Record that the meeting was held, when and with whom."""
    return _answer(response, await service.hold(work, consultation_id, version, wanted))


@router.post("/consultations/{consultation_id}/withdrawal", responses=_OF_A_STEP)
async def withdraw_consultation(
    caller: StateCaller,
    work: WriteSession,
    consultation_id: UUID,
    version: OptionalVersion,
    wanted: ConsultationWithdrawal,
    response: Response,
) -> ConsultationRead:
    """Withdraw the wish, as the State, before the meeting is held."""
    return _answer(
        response, await service.withdraw(work, caller, consultation_id, version, wanted.reason)
    )


def _answer(response: Response, consultation: Consultation) -> ConsultationRead:
    set_etag(response, consultation.version)
    return ConsultationRead.model_validate(consultation)
