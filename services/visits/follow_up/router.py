"""Follow-ups over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.follow_up import service
from services.visits.follow_up.models import FollowUp
from services.visits.follow_up.schemas import (
    FollowUpQuery,
    FollowUpRead,
    FollowUpSummary,
    FurtherActivities,
    Steps,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/follow-ups", tags=["follow-up"], route_class=TransactionalRoute)


async def _answer(session: AsyncSession, follow_up: FollowUp, response: Response) -> FollowUpRead:
    set_etag(response, follow_up.version)
    return FollowUpRead.of(follow_up, await service.recommendations_of(session, follow_up))


@router.get("", responses=problem_responses())
async def list_follow_ups(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[FollowUpQuery, Query()]
) -> Page[FollowUpSummary]:
    """Follow-ups, by due date; a State sees its own."""
    return (await service.list_follow_ups(session, caller, query)).map(
        FollowUpSummary.model_validate
    )


@router.get("/{follow_up_id}", responses=problem_responses(NotFound))
async def read_follow_up(
    caller: CtedCommitteeOrState, session: ReadSession, follow_up_id: UUID, response: Response
) -> FollowUpRead:
    """One follow-up, with the recommendations and the steps taken about them."""
    follow_up = await read_visible(session, caller, FollowUp, follow_up_id)
    return await _answer(session, follow_up, response)


@router.put(
    "/{follow_up_id}/steps", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def save_steps(
    caller: CtedOrState,
    work: WriteSession,
    follow_up_id: UUID,
    version: RequiredVersion,
    wanted: Steps,
    response: Response,
) -> FollowUpRead:
    """Save the steps taken, recommendation by recommendation."""
    follow_up = await service.save_steps(work, caller, follow_up_id, version, wanted.steps)
    return await _answer(work.session, follow_up, response)


@router.post(
    "/{follow_up_id}/report", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def report_steps(
    caller: CtedOrState,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> FollowUpRead:
    """Report the steps taken to the Committee, when due or earlier (¶9)."""
    follow_up = await service.report(work, caller, follow_up_id, version)
    return await _answer(work.session, follow_up, response)


@router.post(
    "/{follow_up_id}/further-activities",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def recommend_activities(
    caller: CtedCaller,
    work: WriteSession,
    follow_up_id: UUID,
    version: OptionalVersion,
    wanted: FurtherActivities,
    response: Response,
) -> FollowUpRead:
    """Recommend another visit, technical assistance or nothing more (¶9)."""
    follow_up = await service.recommend_activities(work, follow_up_id, version, wanted)
    return await _answer(work.session, follow_up, response)
