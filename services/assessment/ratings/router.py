"""Ratings over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.ratings import service, sheets
from services.assessment.ratings.schemas import (
    Comparison,
    ComparisonQuery,
    FinalRating,
    FinalRatingQuery,
    RatingsGiven,
    SheetRead,
)
from shared.auth import CtedCaller, FindingsReader
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/assessments/{assessment_id}", tags=["assessments"], route_class=TransactionalRoute
)


@exported(router)
@router.get("/ratings", responses=problem_responses(NotFound))
async def list_final_ratings(
    caller: FindingsReader,
    session: ReadSession,
    assessment_id: UUID,
    query: Annotated[FinalRatingQuery, Query()],
) -> Page[FinalRating]:
    """Each item's final rating with its reasons, beside its score (¶12, ¶23)."""
    return await service.list_ratings(session, caller, assessment_id, query)


@router.get("/rating-sheet", responses=problem_responses(NotFound))
async def read_rating_sheet(
    caller: CtedCaller, session: ReadSession, assessment_id: UUID, response: Response
) -> SheetRead:
    """The assessor's own ratings; the other's are not shown before both have handed in (¶7)."""
    sheet = await sheets.read_sheet(session, caller, assessment_id)
    set_etag(response, sheet.version)
    return sheet


@router.patch("/rating-sheet", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def rate_items(
    caller: CtedCaller,
    work: WriteSession,
    assessment_id: UUID,
    version: RequiredVersion,
    given: RatingsGiven,
    response: Response,
) -> SheetRead:
    """Rate one item or many on one's own sheet; If-Match is the sheet's."""
    sheet = await sheets.rate(work, caller, assessment_id, version, given)
    set_etag(response, sheet.version)
    return sheet


@router.post("/hand-in", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def hand_in_ratings(
    caller: CtedCaller,
    work: WriteSession,
    assessment_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> SheetRead:
    """Hand in one's sheet, with every item rated; If-Match is the sheet's."""
    sheet = await sheets.hand_in(work, caller, assessment_id, version)
    set_etag(response, sheet.version)
    return sheet


@router.get("/comparison", responses=problem_responses(NotFound, Conflict))
async def compare_ratings(
    caller: CtedCaller,
    session: ReadSession,
    assessment_id: UUID,
    query: Annotated[ComparisonQuery, Query()],
    response: Response,
) -> Comparison:
    """The assessors' ratings side by side, once all are handed in."""
    comparison = await service.compare(session, caller, assessment_id, differing=query.differing)
    set_etag(response, comparison.version)
    return comparison


@router.post("/settlement", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def settle_ratings(
    caller: CtedCaller,
    work: WriteSession,
    assessment_id: UUID,
    version: OptionalVersion,
    given: RatingsGiven,
    response: Response,
) -> Comparison:
    """Settle items that the assessors rate differently; If-Match is the assessment's."""
    comparison = await service.settle(work, caller, assessment_id, version, given)
    set_etag(response, comparison.version)
    return comparison
