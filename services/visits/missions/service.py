"""Schedules visits to States that consented, and records how they went."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consent_timelines.service import tell
from services.visits.consents.models import Consent
from services.visits.consents.rules import faults_of_visit, hindrance_to_visit
from services.visits.events import VisitCancelled, VisitCompleted, VisitScheduled
from services.visits.missions.models import Mission, MissionStatus
from services.visits.missions.rules import (
    FREE_STEPS,
    Member,
    faults_of_dates,
    faults_of_team,
    report_due_on,
)
from services.visits.missions.schemas import (
    MissionCreate,
    MissionQuery,
    MissionUpdate,
    TeamMember,
)
from services.visits.ranking.service import keep_visit
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, FieldError, Invalid, require_step


async def schedule(work: UnitOfWork, wanted: MissionCreate) -> Mission:
    """Schedule the visit that the State consented to."""
    # Locked, so that one consent does not become two visits.
    consent = await work.session.scalar(
        select(Consent).where(Consent.id == wanted.consent_id).with_for_update()
    )
    if consent is None:
        raise Invalid.of_field("body.consent_id", "No such request; see /v1/consents.")
    if hindrance := hindrance_to_visit(consent.member_state, consent.status, consent.removed_on):
        raise Conflict(hindrance)
    _require_sound(
        faults_of_dates(wanted.starts_on, wanted.ends_on, work.clock.today())
        + faults_of_visit(consent.visit_kind, consent.valid_until, wanted.kind, wanted.ends_on)
        + faults_of_team(_members(wanted.team), consent.member_state)
    )
    standing = await work.session.scalar(
        select(Mission).where(
            Mission.consent_id == consent.id, Mission.status != MissionStatus.CANCELLED
        )
    )
    if standing is not None:
        raise Conflict(f"This consent has its visit: /v1/missions/{standing.id}.")
    mission = Mission(
        **wanted.model_dump(),
        member_state=consent.member_state,
        confidential=consent.confidential,
        status=MissionStatus.SCHEDULED,
        completed_on=None,
        report_due_on=None,
        cancellation_reason=None,
    )
    await work.save(mission)
    tell(work, _scheduled(mission))
    return mission


async def revise(
    work: UnitOfWork, mission_id: UUID, version: int | None, wanted: MissionUpdate
) -> Mission:
    """Change dates or team of a scheduled visit; changed dates are announced."""
    mission = await work.get(Mission, mission_id, version=version, locked=True)
    if mission.status != MissionStatus.SCHEDULED:
        raise Conflict(f"The visit is {mission.status}; only a scheduled one changes.")
    before = (mission.starts_on, mission.ends_on)
    after = (wanted.starts_on or mission.starts_on, wanted.ends_on or mission.ends_on)
    faults = faults_of_dates(*after, work.clock.today()) if after != before else []
    consent = await work.get(Consent, mission.consent_id)
    faults += faults_of_visit(consent.visit_kind, consent.valid_until, mission.kind, after[1])
    if wanted.team is not None:
        faults += faults_of_team(_members(wanted.team), mission.member_state)
    _require_sound(faults)
    mission.starts_on, mission.ends_on = after
    if wanted.team is not None:
        mission.team = [member.model_dump() for member in wanted.team]
    await work.save(mission)
    if after != before:
        tell(work, _scheduled(mission))
    return mission


async def complete(work: UnitOfWork, mission_id: UUID, version: int | None) -> Mission:
    """Record that the visit took place; its report is due from its last day."""
    mission = await work.get(Mission, mission_id, version=version, locked=True)
    require_step("visit", mission.status, MissionStatus.COMPLETED, FREE_STEPS)
    if mission.consent_revoked_on:
        raise Conflict(f"The State revoked its consent on {mission.consent_revoked_on}: cancel it.")
    today = work.clock.today()
    if today < mission.ends_on:
        raise Conflict(f"The visit ends on {mission.ends_on}; complete it then or later.")
    mission.status = MissionStatus.COMPLETED
    mission.completed_on = today
    mission.report_due_on = report_due_on(mission.ends_on)
    await work.save(mission)
    await keep_visit(
        work,
        mission.member_state,
        mission.ends_on,
        mission.id,
        confidential=mission.confidential,
    )
    tell(
        work,
        VisitCompleted(
            member_state=mission.member_state,
            confidential=mission.confidential,
            mission_id=mission.id,
            completed_on=mission.completed_on,
            report_due_on=mission.report_due_on,
        ),
    )
    return mission


async def cancel(work: UnitOfWork, mission_id: UUID, version: int | None, reason: str) -> Mission:
    """Record that the visit will not take place."""
    mission = await work.get(Mission, mission_id, version=version, locked=True)
    require_step("visit", mission.status, MissionStatus.CANCELLED, FREE_STEPS)
    mission.status = MissionStatus.CANCELLED
    mission.cancellation_reason = reason
    await work.save(mission)
    tell(
        work,
        VisitCancelled(
            member_state=mission.member_state,
            confidential=mission.confidential,
            mission_id=mission.id,
            cancelled_on=work.clock.today(),
            reason=reason,
        ),
        reason,
    )
    return mission


async def list_missions(
    session: AsyncSession, caller: Caller, query: MissionQuery
) -> RecordPage[Mission]:
    """The visits that match the query and that the caller may see."""
    statement = visible_to(caller, select(Mission), Mission)
    if query.member_state:
        statement = statement.where(Mission.member_state == query.member_state)
    if query.status:
        statement = statement.where(Mission.status == query.status)
    if query.kind:
        statement = statement.where(Mission.kind == query.kind)
    sortable = {"starts_on": Mission.starts_on, "created_at": Mission.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Mission.id)


def _scheduled(mission: Mission) -> VisitScheduled:
    return VisitScheduled(
        member_state=mission.member_state,
        confidential=mission.confidential,
        mission_id=mission.id,
        kind=mission.kind,
        starts_on=mission.starts_on,
        ends_on=mission.ends_on,
    )


def _members(team: Iterable[TeamMember]) -> list[Member]:
    return [Member(member.officer, member.member_state) for member in team]


def _require_sound(faults: Sequence[tuple[str, str]]) -> None:
    if faults:
        raise Invalid(
            "The visit cannot be scheduled so.",
            errors=[FieldError(field=f"body.{field}", message=text) for field, text in faults],
        )
