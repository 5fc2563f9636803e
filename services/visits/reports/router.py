"""Reports of visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.reports import service
from services.visits.reports.models import Report
from services.visits.reports.schemas import (
    ReportCreate,
    ReportQuery,
    ReportRead,
    ReportSummary,
    ReportUpdate,
    Review,
    ReviewRead,
)
from shared.auth import Caller, CtedCaller, CtedLead, FindingsReader
from shared.database import (
    HistoryQuery,
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

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=TransactionalRoute)


def _answer(caller: Caller, report: Report, response: Response) -> ReportRead:
    set_etag(response, report.version)
    return ReportRead.of(
        report, with_confidential=caller.may_see_confidential_of(report.member_state)
    )


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_report(
    caller: CtedCaller, work: WriteSession, wanted: ReportCreate, response: Response
) -> ReportRead:
    """Draft the report of a completed visit (¶7)."""
    report = await service.draft(work, wanted)
    created(response, f"/v1/reports/{report.id}", report.version)
    return _answer(caller, report, response)


@router.get("", responses=problem_responses())
async def list_reports(
    caller: FindingsReader, session: ReadSession, query: Annotated[ReportQuery, Query()]
) -> Page[ReportSummary]:
    """Reports that were submitted; CTED and the State concerned see drafts too (¶23)."""
    return (await service.list_reports(session, caller, query)).map(ReportSummary.model_validate)


@router.get("/{report_id}", responses=problem_responses(NotFound))
async def read_report(
    caller: FindingsReader, session: ReadSession, report_id: UUID, response: Response
) -> ReportRead:
    """One report, without the sections that the State keeps confidential from the caller (¶23)."""
    return _answer(caller, await service.read(session, caller, report_id), response)


@router.patch("/{report_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_report(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: RequiredVersion,
    wanted: ReportUpdate,
    response: Response,
) -> ReportRead:
    """Change a draft, or one that a review returned."""
    return _answer(caller, await service.revise(work, report_id, version, wanted), response)


@router.post(
    "/{report_id}/review", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def review_report(
    caller: CtedLead,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    decided: Review,
    response: Response,
) -> ReportRead:
    """Approve a draft, or return it with what to change."""
    report = await service.review(work, caller, report_id, version, decided)
    return _answer(caller, report, response)


@router.get("/{report_id}/reviews", responses=problem_responses(NotFound))
async def list_reviews(
    caller: CtedCaller,
    session: ReadSession,
    report_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ReviewRead]:
    """Every review of the report."""
    return (await service.list_reviews(session, report_id, query)).map(ReviewRead.model_validate)


@router.post(
    "/{report_id}/submission", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def submit_report(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ReportRead:
    """Submit an approved report to the Committee; the 12 months of ¶9 begin."""
    return _answer(caller, await service.submit(work, report_id, version), response)
