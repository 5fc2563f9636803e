"""What each reader is told of a visit: who goes is not for whoever merely coordinates with it."""

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.checklist import counts_of
from services.visits.missions.clashes import clashes_of
from services.visits.missions.models import Mission
from services.visits.missions.rules import uncovered_themes
from services.visits.missions.schemas import (
    ClashCount,
    MemberRead,
    MissionPlan,
    MissionRead,
    ParticipationRead,
)
from services.visits.missions.team import teams_of
from shared.auth import Caller, Role


async def reader_of(
    session: AsyncSession, caller: Caller, missions: Sequence[Mission]
) -> Callable[[Mission], MissionRead]:
    """What the caller reads of each of these visits.

    CTED and the Committee read everything, the State who comes, and the United Nations, which
    coordinate their visits with it, what is to take place when and with whom (¶14).
    """
    if not caller.is_cted_or_committee and Role.MEMBER_STATE not in caller.roles:
        return _plan_for_others
    teams = await teams_of(session, missions)

    def told_to_the_state(mission: Mission) -> MissionRead:
        team = [MemberRead.model_validate(member) for member in teams[mission.id]]
        return _plan(mission).model_copy(update={"team": team})

    if not caller.is_cted_or_committee:
        return told_to_the_state
    clashes = await clashes_of(session, missions, teams)
    checklists = await counts_of(session, missions)

    def whole(mission: Mission) -> MissionRead:
        met = clashes[mission.id]
        return told_to_the_state(mission).model_copy(
            update={
                "organisations": [ParticipationRead(**one) for one in mission.organisations],
                "uncovered_themes": uncovered_themes(mission.themes, teams[mission.id]),
                "clashes": ClashCount(other_visits=len(met.other_visits), team=len(met.team)),
                "checklist": checklists[mission.id],
            }
        )

    return whole


def _plan_for_others(mission: Mission) -> MissionRead:
    """As `_plan`; a visit does not tell others of one before it that is confidential (¶23)."""
    return _plan(mission).model_copy(update={"follows_mission_id": None})


def _plan(mission: Mission) -> MissionRead:
    plan = MissionPlan.model_validate(mission).model_dump()
    for taking_part in plan["organisations"]:
        taking_part["contact"] = None
    return MissionRead(**plan)
