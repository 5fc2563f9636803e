"""Schedules visits to States that consented, and records how they went."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consent_timelines.service import tell
from services.visits.consents.models import Consent
from services.visits.consents.rules import faults_of_visit, hindrance_to_visit
from services.visits.events import VisitCancelled, VisitCompleted, VisitScheduled
from services.visits.missions import checklist
from services.visits.missions.clashes import flag
from services.visits.missions.models import Mission, MissionKind, MissionStatus
from services.visits.missions.rules import (
    FREE_STEPS,
    faults_of_dates,
    faults_of_organisations,
    faults_of_team,
    report_due_on,
)
from services.visits.missions.schemas import (
    MissionCreate,
    MissionQuery,
    MissionUpdate,
    Participation,
    TeamMember,
)
from services.visits.missions.team import members_of
from services.visits.ranking.service import keep_visit
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate, visible_to
from shared.errors import Conflict, Forbidden, Invalid, require_sound, require_step

Faults = list[tuple[str, str]]

_UNSOUND = "The visit cannot be scheduled so."


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
    require_sound(
        faults_of_dates(wanted.starts_on, wanted.ends_on, work.clock.today())
        + await _faults_of_what_it_follows(work, wanted, consent.member_state)
        + await _faults_of_team(work, wanted.team, consent.member_state)
        + _faults_of_organisations(wanted.organisations)
        + faults_of_visit(consent.visit_kind, consent.valid_until, wanted.kind, wanted.ends_on),
        _UNSOUND,
    )
    standing = await work.session.scalar(
        select(Mission).where(
            Mission.consent_id == consent.id, Mission.status != MissionStatus.CANCELLED
        )
    )
    if standing is not None:
        raise Conflict(f"This consent has its visit: /v1/missions/{standing.id}.")
    mission = Mission(
        **wanted.model_dump() | _stored(wanted),
        member_state=consent.member_state,
        confidential=consent.confidential,
        status=MissionStatus.SCHEDULED,
        former_dates=[],
        completed_on=None,
        report_due_on=None,
        cancellation_reason=None,
    )
    await work.save(mission)
    await checklist.begin(work, mission)
    tell(work, _scheduled(mission))
    await flag(work, mission.member_state)
    return mission


async def revise(
    work: UnitOfWork, mission_id: UUID, version: int | None, wanted: MissionUpdate
) -> Mission:
    """Change a scheduled visit; changed dates are announced, and those before kept with why."""
    mission = await work.get(Mission, mission_id, version=version, locked=True)
    if mission.status != MissionStatus.SCHEDULED:
        raise Conflict(f"The visit is {mission.status}; only a scheduled one changes.")
    _require_consent(mission)
    today = work.clock.today()
    before = (mission.starts_on, mission.ends_on)
    after = (wanted.starts_on or mission.starts_on, wanted.ends_on or mission.ends_on)
    faults: Faults = []
    if after != before:
        faults += faults_of_dates(*after, today)
        if wanted.reason is None:
            faults.append(("reason", "Say why the dates change."))
    consent = await work.get(Consent, mission.consent_id)
    faults += faults_of_visit(consent.visit_kind, consent.valid_until, mission.kind, after[1])
    if wanted.team is not None:
        faults += await _faults_of_team(work, wanted.team, mission.member_state)
    if wanted.organisations is not None:
        faults += _faults_of_organisations(wanted.organisations)
    require_sound(faults, _UNSOUND)
    plain = wanted.model_dump(exclude_none=True, exclude={"reason"})
    for name, value in (plain | _stored(wanted)).items():
        setattr(mission, name, value)
    if after != before:
        mission.former_dates = [*mission.former_dates, _former(*before, wanted.reason, today)]
    await work.save(mission)
    if after != before:
        await checklist.move(work, mission)
        tell(work, _scheduled(mission))
        await flag(work, mission.member_state)
    return mission


async def complete(work: UnitOfWork, mission_id: UUID, version: int | None) -> Mission:
    """Record that the visit took place; its report is due from its last day."""
    mission = await work.get(Mission, mission_id, version=version, locked=True)
    require_step("visit", mission.status, MissionStatus.COMPLETED, FREE_STEPS)
    _require_consent(mission)
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
    statement = matching(statement, Mission, query, "member_state", "status", "kind", "modality")
    if query.theme:
        statement = statement.where(Mission.themes.contains([query.theme]))
    if query.organisation:
        named = [{"organisation": query.organisation}]
        statement = statement.where(Mission.organisations.contains(named))
    if query.officer_id:
        if not caller.is_cted_or_committee:
            raise Forbidden("Who goes on which visits is for CTED and the Committee.")
        member = [{"officer_id": str(query.officer_id)}]
        statement = statement.where(Mission.team.contains(member))
    if query.ends_from:
        statement = statement.where(Mission.ends_on >= query.ends_from)
    if query.starts_until:
        statement = statement.where(Mission.starts_on <= query.starts_until)
    sortable = {"starts_on": Mission.starts_on, "created_at": Mission.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Mission.id)


def _require_consent(mission: Mission) -> None:
    if mission.consent_revoked_on:
        raise Conflict(f"The State revoked its consent on {mission.consent_revoked_on}: cancel it.")


def _scheduled(mission: Mission) -> VisitScheduled:
    return VisitScheduled(
        member_state=mission.member_state,
        confidential=mission.confidential,
        mission_id=mission.id,
        kind=mission.kind,
        starts_on=mission.starts_on,
        ends_on=mission.ends_on,
    )


def _stored(wanted: MissionCreate | MissionUpdate) -> dict[str, Any]:
    """The lists of records that are given, as they are kept."""
    return wanted.model_dump(mode="json", include={"team", "organisations"}, exclude_none=True)


def _former(starts_on: date, ends_on: date, reason: str | None, today: date) -> dict[str, Any]:
    days = {"starts_on": str(starts_on), "ends_on": str(ends_on)}
    return days | {"reason": reason, "changed_on": str(today)}


async def _faults_of_what_it_follows(
    work: UnitOfWork, wanted: MissionCreate, member_state: str
) -> Faults:
    """A follow-up visit complements an assessment of the same State that took place (¶7)."""
    if wanted.follows_mission_id is None:
        return []
    field = "follows_mission_id"
    if wanted.kind is MissionKind.COMPREHENSIVE:
        return [(field, "Leave it out: a comprehensive visit follows none.")]
    before = await work.session.get(Mission, wanted.follows_mission_id)
    if before is None or before.member_state != member_state:
        return [(field, f"No such visit to {member_state}; see /v1/missions.")]
    if before.status is not MissionStatus.COMPLETED:
        return [(field, f"That visit is {before.status}; name one that took place.")]
    return []


async def _faults_of_team(
    work: UnitOfWork, team: Sequence[TeamMember], member_state: str
) -> Faults:
    named = [(member.officer_id, member.role.value) for member in team]
    (members,) = await members_of(work.session, [named], locked=True)
    return faults_of_team(members, member_state)


def _faults_of_organisations(organisations: Sequence[Participation]) -> Faults:
    return faults_of_organisations([one.organisation for one in organisations])
