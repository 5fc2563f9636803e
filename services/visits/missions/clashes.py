"""What a visit clashes with: other bodies' visits, and what its team cannot do (¶14)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import VisitClashFlagged
from services.visits.missions.models import (
    FlaggedClash,
    Mission,
    MissionStatus,
    ParticipationStatus,
)
from services.visits.missions.rules import (
    CLASH_DAYS,
    Booking,
    Days,
    Member,
    troubles_of_team,
)
from services.visits.missions.schemas import MissionClashes, OtherVisitClash, TeamClash
from services.visits.other_visits.models import OtherVisit, OtherVisitStatus
from shared.database import UnitOfWork, take_turn


async def flag(work: UnitOfWork, member_state: str) -> None:
    """Announce each visit to the State that meets another body's, when the two first do (¶14)."""
    # One at a time for a State: whichever of the two is entered last sees the other.
    await take_turn(work.session, f"visits {member_state}")
    today = work.clock.today()
    for mission, visit in await crowded(work.session, Mission.member_state == member_state):
        flagged = await work.session.scalar(
            insert(FlaggedClash)
            .values(mission_id=mission.id, other_visit_id=visit.id, flagged_on=today)
            .on_conflict_do_nothing()
            .returning(FlaggedClash.flagged_on)
        )
        if flagged is not None:
            work.publish(
                VisitClashFlagged(
                    member_state=member_state,
                    confidential=mission.confidential or visit.confidential,
                    mission_id=mission.id,
                    body=visit.body,
                    starts_on=visit.starts_on,
                    ends_on=visit.ends_on,
                    flagged_on=today,
                )
            )


async def crowded(
    session: AsyncSession, among: ColumnElement[bool]
) -> Sequence[tuple[Mission, OtherVisit]]:
    """Each scheduled visit with the planned one of another body that it meets: see CLASH_DAYS."""
    found = await session.execute(
        select(Mission, OtherVisit)
        .join(OtherVisit, OtherVisit.member_state == Mission.member_state)
        .where(
            among,
            Mission.status == MissionStatus.SCHEDULED,
            OtherVisit.status == OtherVisitStatus.PLANNED,
            OtherVisit.starts_on <= Mission.ends_on + CLASH_DAYS,
            OtherVisit.ends_on >= Mission.starts_on - CLASH_DAYS,
        )
        .order_by(OtherVisit.starts_on, OtherVisit.id, Mission.starts_on, Mission.id)
    )
    return [(mission, visit) for mission, visit in found]


def days_apart(mission: Mission, visit: OtherVisit) -> int:
    """How many days are between the two visits; 0 if they overlap."""
    return Days(mission.starts_on, mission.ends_on).apart(Days(visit.starts_on, visit.ends_on))


async def clashes_of(
    session: AsyncSession,
    missions: Sequence[Mission],
    teams: Mapping[UUID, Sequence[Member]],
) -> Mapping[UUID, MissionClashes]:
    """What each of these visits clashes with at present; one that is not scheduled, with none."""
    scheduled = [one for one in missions if one.status is MissionStatus.SCHEDULED]
    found = {mission.id: MissionClashes() for mission in missions}
    for mission, visit in await crowded(session, Mission.id.in_([one.id for one in scheduled])):
        found[mission.id].other_visits.append(_other_visit(mission, visit))
    bookings = await _bookings(session, scheduled)
    for mission in scheduled:
        team = teams[mission.id]
        names = {member.officer_id: member.name for member in team}
        troubles = troubles_of_team(
            team,
            Days(mission.starts_on, mission.ends_on),
            mission.member_state,
            [
                one["organisation"]
                for one in mission.organisations
                if one["status"] != ParticipationStatus.DECLINED
            ],
            [booking for booking in bookings if booking.mission_id != str(mission.id)],
        )
        found[mission.id].team += [
            TeamClash.model_validate({**asdict(trouble), "name": names[trouble.officer_id]})
            for trouble in troubles
        ]
    return found


async def _bookings(session: AsyncSession, missions: Sequence[Mission]) -> list[Booking]:
    """The scheduled visits on any of the days of these."""
    if not missions:
        return []
    found = await session.scalars(
        select(Mission)
        .where(
            Mission.status == MissionStatus.SCHEDULED,
            Mission.starts_on <= max(mission.ends_on for mission in missions),
            Mission.ends_on >= min(mission.starts_on for mission in missions),
        )
        .order_by(Mission.starts_on, Mission.id)
    )
    return [
        Booking(
            str(mission.id),
            Days(mission.starts_on, mission.ends_on),
            {one["officer_id"] for one in mission.team},
        )
        for mission in found
    ]


def _other_visit(mission: Mission, visit: OtherVisit) -> OtherVisitClash:
    return OtherVisitClash(
        other_visit_id=visit.id,
        body=visit.body,
        purpose=visit.purpose,
        contact=visit.contact,
        starts_on=visit.starts_on,
        ends_on=visit.ends_on,
        days_apart=days_apart(mission, visit),
    )
