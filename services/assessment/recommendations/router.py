"""Recommendations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.recommendations import service
from services.assessment.recommendations.schemas import (
    RecommendationCreate,
    RecommendationQuery,
    RecommendationRead,
    RecommendationUpdate,
    StatusChange,
    StepQuery,
    StepRead,
)
from shared.auth import CtedCaller, CtedLead, CtedOrState, FindingsReader
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/recommendations", tags=["recommendations"], route_class=TransactionalRoute
)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_recommendation(
    caller: CtedCaller, work: WriteSession, wanted: RecommendationCreate, response: Response
) -> RecommendationRead:
    """Draft a recommendation about a gap."""
    recommendation = await service.draft(work, wanted)
    created(response, f"/v1/recommendations/{recommendation.id}", recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@exported(router)
@router.get("", responses=problem_responses())
async def list_recommendations(
    caller: FindingsReader, session: ReadSession, query: Annotated[RecommendationQuery, Query()]
) -> Page[RecommendationRead]:
    """Recommendations to States (¶9, ¶23)."""
    return (await service.list_recommendations(session, caller, query)).map(
        RecommendationRead.model_validate
    )


@router.get("/{recommendation_id}", responses=problem_responses(NotFound))
async def read_recommendation(
    caller: FindingsReader, session: ReadSession, recommendation_id: UUID, response: Response
) -> RecommendationRead:
    """One recommendation."""
    recommendation = await service.read(session, caller, recommendation_id)
    set_etag(response, recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@router.patch(
    "/{recommendation_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def revise_recommendation(
    caller: CtedCaller,
    work: WriteSession,
    recommendation_id: UUID,
    version: RequiredVersion,
    wanted: RecommendationUpdate,
    response: Response,
) -> RecommendationRead:
    """Change a draft."""
    recommendation = await service.revise(work, recommendation_id, version, wanted)
    set_etag(response, recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@router.post(
    "/{recommendation_id}/issuance",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def issue_recommendation(
    caller: CtedLead,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> RecommendationRead:
    """Issue a reviewed draft to the State."""
    recommendation = await service.issue(work, caller, recommendation_id, version)
    set_etag(response, recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@router.post(
    "/{recommendation_id}/status-changes",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def change_recommendation_status(
    caller: CtedOrState,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    wanted: StatusChange,
    response: Response,
) -> RecommendationRead:
    """Move on: the State says what it took up, CTED finds what ends it (¶9)."""
    recommendation = await service.change_status(work, caller, recommendation_id, version, wanted)
    set_etag(response, recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@exported(router)
@router.get("/{recommendation_id}/status-changes", responses=problem_responses(NotFound))
async def list_status_changes(
    caller: FindingsReader,
    session: ReadSession,
    recommendation_id: UUID,
    query: Annotated[StepQuery, Query()],
) -> Page[StepRead]:
    """How a recommendation came to its status."""
    return (await service.list_steps(session, caller, recommendation_id, query)).map(
        StepRead.model_validate
    )
