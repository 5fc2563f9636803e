"""Roll-ups over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.assessment.roll_ups import service
from services.assessment.roll_ups.schemas import RollUpQuery, RollUpRead
from shared.auth import FindingsReader
from shared.database import ReadSession, Today, TransactionalRoute
from shared.errors import problem_responses

router = APIRouter(prefix="/v1/roll-ups", tags=["roll-ups"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def roll_up_implementation(
    caller: FindingsReader,
    session: ReadSession,
    today: Today,
    query: Annotated[RollUpQuery, Query()],
) -> RollUpRead:
    """Implementation by subject and place over the years, with intervals and change (¶5, ¶12).

    Of a State counts, in each year, the latest assessment that was completed by the end of that
    year and asked about the subject, however old; `mean_age` says how old. Every State counts
    once. `low` and `high` are what the answers that are missing leave open; changes compare the
    States that have a score in both years.

    CTED and the Committee see everything, others the assessments that are open (¶23). A Member
    State's focal points see other States in numbers alone: of those with a score, in years that
    have ended, without quartiles and changes, and not where fewer than five other States would
    stand behind a number or behind its change; such cells are `withheld`, with as many others as
    keep them from being worked out.
    """
    return await service.rolled_up(session, caller, query, today)
