"""Briefings over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.notifications.briefings import service
from services.notifications.briefings.models import Briefing
from services.notifications.briefings.schemas import (
    BriefingDelivery,
    BriefingQuery,
    BriefingRead,
)
from shared.auth import CTED, Allow, Caller, FindingsReader, Role
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/briefings", tags=["briefings"], route_class=TransactionalRoute)
WhoBriefs = Annotated[Caller, Depends(Allow(*CTED, Role.COMMITTEE_CHAIR, Role.OCT))]
"""The owners of the obligations (¶13, ¶15, ¶32)."""


@router.get("", responses=problem_responses())
async def list_briefings(
    caller: FindingsReader, session: ReadSession, query: Annotated[BriefingQuery, Query()]
) -> Page[BriefingRead]:
    """What is to be reported and briefed on, soonest first."""
    return (await service.list_briefings(session, query)).map(BriefingRead.model_validate)


@router.get("/{briefing_id}", responses=problem_responses(NotFound))
async def read_briefing(
    caller: FindingsReader, session: ReadSession, briefing_id: UUID, response: Response
) -> BriefingRead:
    """One briefing."""
    briefing = await session.get(Briefing, briefing_id)
    if briefing is None:
        raise NotFound.record("Briefing", briefing_id)
    set_etag(response, briefing.version)
    return BriefingRead.model_validate(briefing)


@router.post(
    "/{briefing_id}/delivery", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def deliver_briefing(
    caller: WhoBriefs,
    work: WriteSession,
    briefing_id: UUID,
    version: OptionalVersion,
    given: BriefingDelivery,
    response: Response,
) -> BriefingRead:
    """Keep that the briefing was given, with what shows it."""
    briefing = await service.deliver(work, caller, briefing_id, version, given)
    set_etag(response, briefing.version)
    return BriefingRead.model_validate(briefing)
