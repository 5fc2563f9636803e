"""Takes a State's wish that experts be heard on its visit, and keeps the meeting with them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consultations.models import Consultation, ConsultationStatus
from services.visits.consultations.rules import (
    FREE_STEPS,
    faults_of_held_day,
    faults_of_meeting_day,
)
from services.visits.consultations.schemas import (
    ConsultationArrangement,
    ConsultationCreate,
    ConsultationMeeting,
    ConsultationQuery,
)
from services.visits.events import ConsultationRequested
from services.visits.missions.models import Mission, MissionStatus
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate, read_visible, visible_to
from shared.errors import Conflict, require_sound, require_step


async def request(
    work: UnitOfWork, caller: Caller, mission_id: UUID, wanted: ConsultationCreate
) -> Consultation:
    """Keep whom the assessed State wishes to have heard, and on what (¶7)."""
    mission = await read_visible(work.session, caller, Mission, mission_id, locked=True)
    _require_scheduled(mission)
    consultation = Consultation(
        **wanted.model_dump(),
        mission_id=mission.id,
        member_state=mission.member_state,
        confidential=mission.confidential,
        status=ConsultationStatus.REQUESTED,
        requested_on=work.clock.today(),
        requested_by=caller.subject,
        meets_on=None,
        place=None,
        held_on=None,
        participants=[],
        summary=None,
        withdrawn_on=None,
        withdrawal_reason=None,
    )
    await work.save(consultation)
    work.publish(
        ConsultationRequested(
            member_state=consultation.member_state,
            confidential=consultation.confidential,
            consultation_id=consultation.id,
            mission_id=mission.id,
            sector=consultation.sector.value,
            requested_on=consultation.requested_on,
        )
    )
    return consultation


async def arrange(
    work: UnitOfWork, consultation_id: UUID, version: int | None, wanted: ConsultationArrangement
) -> Consultation:
    """Keep when and where the experts that the State asked for are heard; it may change."""
    consultation = await work.get(Consultation, consultation_id, version=version, locked=True)
    require_step("consultation", consultation.status, ConsultationStatus.ARRANGED, FREE_STEPS)
    mission = await work.get(Mission, consultation.mission_id)
    _require_scheduled(mission)
    require_sound(faults_of_meeting_day(wanted.meets_on, work.clock.today(), mission.ends_on))
    consultation.status = ConsultationStatus.ARRANGED
    consultation.meets_on = wanted.meets_on
    consultation.place = wanted.place
    await work.save(consultation)
    return consultation


async def hold(
    work: UnitOfWork, consultation_id: UUID, version: int | None, wanted: ConsultationMeeting
) -> Consultation:
    """Keep that the meeting was held, when and with whom."""
    consultation = await work.get(Consultation, consultation_id, version=version, locked=True)
    require_step("consultation", consultation.status, ConsultationStatus.HELD, FREE_STEPS)
    mission = await work.get(Mission, consultation.mission_id)
    if mission.status is MissionStatus.CANCELLED:
        raise Conflict("The visit was cancelled; nobody was heard on it.")
    require_sound(faults_of_held_day(wanted.held_on, consultation.requested_on, work.clock.today()))
    consultation.status = ConsultationStatus.HELD
    for name, value in wanted.model_dump().items():
        setattr(consultation, name, value)
    await work.save(consultation)
    return consultation


async def withdraw(
    work: UnitOfWork, caller: Caller, consultation_id: UUID, version: int | None, reason: str
) -> Consultation:
    """Keep that the State no longer wishes it, which it may say until the meeting is held."""
    consultation = await read_visible(
        work.session, caller, Consultation, consultation_id, version=version, locked=True
    )
    require_step("consultation", consultation.status, ConsultationStatus.WITHDRAWN, FREE_STEPS)
    consultation.status = ConsultationStatus.WITHDRAWN
    consultation.withdrawn_on = work.clock.today()
    consultation.withdrawal_reason = reason
    await work.save(consultation)
    return consultation


async def standing(session: AsyncSession, mission_id: UUID) -> Sequence[Consultation]:
    """What the State asked for on this visit and did not withdraw: nobody else may be met."""
    found = await session.scalars(
        select(Consultation)
        .where(
            Consultation.mission_id == mission_id,
            Consultation.status != ConsultationStatus.WITHDRAWN,
        )
        .order_by(Consultation.created_at, Consultation.id)
    )
    return found.all()


async def list_consultations(
    session: AsyncSession, caller: Caller, query: ConsultationQuery
) -> RecordPage[Consultation]:
    """The consultations that match the query and that the caller may see."""
    statement = visible_to(caller, select(Consultation), Consultation)
    filters = ("mission_id", "member_state", "sector", "status")
    statement = matching(statement, Consultation, query, *filters)
    sortable = {
        "requested_on": Consultation.requested_on,
        "created_at": Consultation.created_at,
    }
    return await paginate(session, statement, query, query.sort, sortable, Consultation.id)


def _require_scheduled(mission: Mission) -> None:
    if mission.status is not MissionStatus.SCHEDULED:
        raise Conflict(f"The visit is {mission.status}; experts are heard on one to come.")
