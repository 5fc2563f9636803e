"""Markers over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.assessment.instruments.models import Tag
from services.assessment.markers import service
from services.assessment.markers.schemas import (
    MarkedAssessment,
    MarkedAssessmentQuery,
    MarkedRecommendation,
    MarkedRecommendationQuery,
    MarkerQuery,
    MarkersRead,
)
from shared.auth import FindingsReader
from shared.database import Page, ReadSession, TransactionalRoute
from shared.errors import problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/markers", tags=["markers"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def count_markers(
    caller: FindingsReader, session: ReadSession, query: Annotated[MarkerQuery, Query()]
) -> MarkersRead:
    """How many assessments and recommendations address gender, human rights and children.

    An assessment addresses one of them where a question about it was shown to the State and
    answered with more than `not_applicable`, or where a gap or an issued recommendation of it has
    that tag (¶30, ¶39). Counted is what the caller may list.
    """
    return await service.count(session, caller, query)


@exported(router)
@router.get("/{tag}/assessments", responses=problem_responses())
async def list_marked_assessments(
    caller: FindingsReader,
    session: ReadSession,
    tag: Tag,
    query: Annotated[MarkedAssessmentQuery, Query()],
) -> Page[MarkedAssessment]:
    """Which assessments address it and which do not (¶30, ¶39)."""
    return await service.list_assessments(session, caller, tag, query)


@exported(router)
@router.get("/{tag}/recommendations", responses=problem_responses())
async def list_marked_recommendations(
    caller: FindingsReader,
    session: ReadSession,
    tag: Tag,
    query: Annotated[MarkedRecommendationQuery, Query()],
) -> Page[MarkedRecommendation]:
    """Which issued recommendations address it and which do not (¶30, ¶39)."""
    return await service.list_recommendations(session, caller, tag, query)
