"""Deadlines over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.notifications.deadlines import service
from services.notifications.deadlines.schemas import DeadlineQuery, DeadlineRead
from shared.auth import FindingsReader
from shared.database import Page, ReadSession, TransactionalRoute, set_etag
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/deadlines", tags=["deadlines"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def list_deadlines(
    caller: FindingsReader, session: ReadSession, query: Annotated[DeadlineQuery, Query()]
) -> Page[DeadlineRead]:
    """Dated duties, soonest first; a State sees its own, an organisation also what itself owes."""
    return (await service.list_deadlines(session, caller, query)).map(DeadlineRead.model_validate)


@router.get("/{deadline_id}", responses=problem_responses(NotFound))
async def read_deadline(
    caller: FindingsReader, session: ReadSession, deadline_id: UUID, response: Response
) -> DeadlineRead:
    """One dated duty."""
    deadline = await service.read(session, caller, deadline_id)
    set_etag(response, deadline.version)
    return DeadlineRead.model_validate(deadline)
