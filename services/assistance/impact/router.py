"""Impact over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.assistance.impact import service
from services.assistance.impact.schemas import ImpactQuery, ImpactRead, Impacts
from shared.auth import FindingsReader
from shared.database import ReadSession, TransactionalRoute
from shared.errors import problem_responses

router = APIRouter(prefix="/v1/impacts", tags=["impact"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def list_impacts(
    caller: FindingsReader, session: ReadSession, query: Annotated[ImpactQuery, Query()]
) -> Impacts:
    """Scores before projects and after them, with a caution on what that proves (¶22)."""
    page = (await service.list_impacts(session, caller, query)).map(ImpactRead.model_validate)
    return Impacts(items=page.items, next_cursor=page.next_cursor)
