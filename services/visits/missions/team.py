"""Who is on the teams of visits, as the register has them at present."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.models import Mission
from services.visits.missions.rules import Days, Member
from services.visits.officers import service as register
from services.visits.officers.models import Officer


async def members_of(
    session: AsyncSession, teams: Iterable[Sequence[tuple[UUID, str]]], *, locked: bool = False
) -> list[list[Member | None]]:
    """The members of each team of officers with their roles; None for who is not in the register.

    Locked, nobody's entry changes until the team is kept.
    """
    teams = list(teams)
    ids = {officer_id for team in teams for officer_id, _ in team}
    officers = await register.known(session, ids, locked=locked)
    conflicts = await register.states_in_conflict(session, ids)

    def member(officer_id: UUID, role: str) -> Member | None:
        officer = officers.get(officer_id)
        if officer is None:
            return None
        return _member(officer, role, conflicts.get(officer_id, frozenset()))

    return [[member(*one) for one in team] for team in teams]


async def teams_of(
    session: AsyncSession, missions: Sequence[Mission]
) -> Mapping[UUID, list[Member]]:
    """The team of each visit; who was on one cannot leave the register."""
    teams = await members_of(
        session,
        [[(UUID(one["officer_id"]), one["role"]) for one in mission.team] for mission in missions],
    )
    return {
        mission.id: [member for member in team if member]
        for mission, team in zip(missions, teams, strict=True)
    }


def _member(officer: Officer, role: str, conflicts: frozenset[str]) -> Member:
    return Member(
        officer_id=str(officer.id),
        name=officer.name,
        role=role,
        organisation=officer.organisation,
        nationalities=officer.nationalities,
        conflicts=conflicts,
        expertise=officer.expertise,
        off_duty=[
            Days(date.fromisoformat(away["starts_on"]), date.fromisoformat(away["ends_on"]))
            for away in officer.off_duty
        ],
        active=officer.active,
    )
