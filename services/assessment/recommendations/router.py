"""Recommendations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from services.assessment.recommendations import importing, lifecycle, service
from services.assessment.recommendations.models import Recommendation
from services.assessment.recommendations.schemas import (
    ImportReport,
    Issuances,
    IssuedTogether,
    RecommendationCreate,
    RecommendationQuery,
    RecommendationRead,
    RecommendationUpdate,
    ReviewApproval,
    ReviewReturn,
    StatusChange,
    StepRead,
)
from shared.auth import CtedCaller, CtedLead, CtedOrState, FindingsReader
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import (
    Conflict,
    NotFound,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    problem_responses,
)
from shared.exports import exported

router = APIRouter(
    prefix="/v1/recommendations", tags=["recommendations"], route_class=TransactionalRoute
)
_OF_A_STEP = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_recommendation(
    caller: CtedCaller, work: WriteSession, wanted: RecommendationCreate, response: Response
) -> RecommendationRead:
    """Draft a recommendation about one or several gaps of a State."""
    recommendation = await service.draft(work, caller, wanted)
    created(response, f"/v1/recommendations/{recommendation.id}", recommendation.version)
    return RecommendationRead.model_validate(recommendation)


@exported(router)
@router.get("", responses=problem_responses())
async def list_recommendations(
    caller: FindingsReader,
    session: ReadSession,
    today: Today,
    query: Annotated[RecommendationQuery, Query()],
) -> Page[RecommendationRead]:
    """Recommendations to States (¶9, ¶23)."""
    page = await service.list_recommendations(session, caller, query, today)
    return page.map(RecommendationRead.model_validate)


def _require_csv(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/csv":
        raise UnsupportedMediaType("Send the file with the Content-Type text/csv.")


@router.post(
    "/imports",
    responses=problem_responses(Conflict, TooLarge, UnsupportedMediaType),
    dependencies=[Depends(_require_csv)],
)
async def import_recommendations(
    caller: CtedCaller,
    work: WriteSession,
    content: Annotated[bytes, Body(media_type="text/csv", examples=[importing.EXAMPLE])],
    dry_run: Annotated[bool, Query(description="Only check it")] = False,  # noqa: FBT002
) -> ImportReport:
    """Draft a recommendation from each row of a CSV file, or none if any row has a fault.

    UTF-8, separated by comma, semicolon or tab, with a header row, which counts as row 1: a fault
    of `rows.17.target_on` is in row 17 of the spreadsheet. Columns: `member_state`, `gap_ids` (or
    `assessment_id` and `questions`), `text`, `priority`, `technical_assistance_needed`,
    `target_on`; and, if wanted, `theme`, `provisions` (such as `1373 2(e); 2396`), `tags` and
    `technical_assistance_kind`. Several values in a cell are separated by semicolons.
    """
    return await importing.load(work, caller, content, dry_run=dry_run)


@router.post("/issuances", responses=problem_responses(Conflict))
async def issue_recommendations(
    caller: CtedLead, work: WriteSession, wanted: Issuances
) -> IssuedTogether:
    """Issue several approved recommendations or, where one cannot be, none."""
    recommendations = await lifecycle.issue_together(work, caller, wanted.ids)
    return IssuedTogether(
        items=[RecommendationRead.model_validate(issued) for issued in recommendations]
    )


@router.get("/{recommendation_id}", responses=problem_responses(NotFound))
async def read_recommendation(
    caller: FindingsReader, session: ReadSession, recommendation_id: UUID, response: Response
) -> RecommendationRead:
    """One recommendation."""
    return _answer(response, await service.read(session, caller, recommendation_id))


@router.patch("/{recommendation_id}", responses=_OF_A_STEP)
async def revise_recommendation(
    caller: CtedCaller,
    work: WriteSession,
    recommendation_id: UUID,
    version: RequiredVersion,
    wanted: RecommendationUpdate,
    response: Response,
) -> RecommendationRead:
    """Change a draft."""
    return _answer(response, await service.revise(work, caller, recommendation_id, version, wanted))


@router.delete("/{recommendation_id}", status_code=204, responses=_OF_A_STEP)
async def discard_recommendation(
    caller: CtedCaller, work: WriteSession, recommendation_id: UUID, version: RequiredVersion
) -> None:
    """Discard a draft."""
    await service.discard(work, recommendation_id, version)


@router.post("/{recommendation_id}/submission", responses=_OF_A_STEP)
async def submit_recommendation(
    caller: CtedCaller,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> RecommendationRead:
    """Submit a draft for review."""
    return _answer(response, await lifecycle.submit(work, caller, recommendation_id, version))


@router.post("/{recommendation_id}/return", responses=_OF_A_STEP)
async def return_recommendation(
    caller: CtedCaller,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    wanted: ReviewReturn,
    response: Response,
) -> RecommendationRead:
    """Return what is in review or approved to draft, with comments."""
    return _answer(
        response,
        await lifecycle.return_to_draft(work, caller, recommendation_id, version, wanted.comments),
    )


@router.post("/{recommendation_id}/approval", responses=_OF_A_STEP)
async def approve_recommendation(
    caller: CtedCaller,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    response: Response,
    wanted: ReviewApproval | None = None,
) -> RecommendationRead:
    """Approve what is in review; whoever wrote or revised it does not."""
    comments = wanted.comments if wanted else None
    return _answer(
        response, await lifecycle.approve(work, caller, recommendation_id, version, comments)
    )


@router.post("/{recommendation_id}/issuance", responses=_OF_A_STEP)
async def issue_recommendation(
    caller: CtedLead,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> RecommendationRead:
    """Issue an approved recommendation to the State."""
    return _answer(response, await lifecycle.issue(work, caller, recommendation_id, version))


@router.post("/{recommendation_id}/status-changes", responses=_OF_A_STEP)
async def change_recommendation_status(
    caller: CtedOrState,
    work: WriteSession,
    recommendation_id: UUID,
    version: OptionalVersion,
    wanted: StatusChange,
    response: Response,
) -> RecommendationRead:
    """Move on: the State says what it took up, CTED finds what ends it, or takes that back (¶9)."""
    return _answer(
        response, await lifecycle.change_status(work, caller, recommendation_id, version, wanted)
    )


@exported(router)
@router.get("/{recommendation_id}/status-changes", responses=problem_responses(NotFound))
async def list_status_changes(
    caller: FindingsReader,
    session: ReadSession,
    recommendation_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[StepRead]:
    """How a recommendation came to its status; reviewers' comments for CTED and the Committee."""
    return await service.list_steps(session, caller, recommendation_id, query)


def _answer(response: Response, recommendation: Recommendation) -> RecommendationRead:
    set_etag(response, recommendation.version)
    return RecommendationRead.model_validate(recommendation)
