"""Gaps over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.gaps import service
from services.assessment.gaps.schemas import GapQuery, GapRead
from shared.auth import FindingsReader
from shared.database import Page, ReadSession, TransactionalRoute, set_etag
from shared.errors import NotFound, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/gaps", tags=["gaps"], route_class=TransactionalRoute)


@exported(router)
@router.get("", responses=problem_responses())
async def list_gaps(
    caller: FindingsReader, session: ReadSession, query: Annotated[GapQuery, Query()]
) -> Page[GapRead]:
    """Gaps in implementation (¶6, ¶23)."""
    return await service.list_gaps(session, caller, query)


@router.get("/{gap_id}", responses=problem_responses(NotFound))
async def read_gap(
    caller: FindingsReader, session: ReadSession, gap_id: UUID, response: Response
) -> GapRead:
    """One gap, with the answer and provision that it comes from."""
    gap = await service.read(session, caller, gap_id)
    set_etag(response, gap.version)
    return gap
