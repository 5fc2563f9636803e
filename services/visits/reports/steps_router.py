"""The steps of a report from draft to submission over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.reports import fact_checking, reviewing, service, submitting
from services.visits.reports.models import Report
from services.visits.reports.schemas import (
    Consideration,
    FactCheckAnswer,
    FactCheckExtension,
    ReportRead,
    Review,
    StepRead,
)
from shared.auth import Caller, CommitteeChair, CtedCaller, CtedLead, CtedOrState
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    UnitOfWork,
    WriteSession,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=TransactionalRoute)
_PROBLEMS = problem_responses(NotFound, Conflict, PreconditionFailed)


async def _answer(
    work: UnitOfWork, caller: Caller, report: Report, response: Response
) -> ReportRead:
    set_etag(response, report.version)
    return await service.as_read(work.session, caller, report)


@router.post("/{report_id}/review-request", responses=_PROBLEMS)
async def request_review(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ReportRead:
    """Give the text to its reviewers; every section must have one."""
    report = await reviewing.request(work, caller, report_id, version)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/review", responses=_PROBLEMS)
async def review_report(
    caller: CtedLead,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    decided: Review,
    response: Response,
) -> ReportRead:
    """Send the text to the State for its fact-check, once every comment is answered; or return it.

    The State sees the report from then on.
    """
    report = await reviewing.review(work, caller, report_id, version, decided)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/fact-check/answer", responses=_PROBLEMS)
async def answer_fact_check(
    caller: CtedOrState,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    response: Response,
    wanted: FactCheckAnswer | None = None,
) -> ReportRead:
    """The State has checked the facts; without its answer that ends after the due date."""
    comment = wanted.comment if wanted else ""
    report = await fact_checking.answer(work, caller, report_id, version, comment)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/fact-check/extension", responses=_PROBLEMS)
async def extend_fact_check(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    wanted: FactCheckExtension,
    response: Response,
) -> ReportRead:
    """Give the State more time to check the facts, in view of its capacity (¶7)."""
    report = await fact_checking.extend(work, caller, report_id, version, wanted)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/presentation", responses=_PROBLEMS)
async def present_report(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ReportRead:
    """Put the final text before the Committee, once every comment is answered."""
    report = await submitting.present(work, caller, report_id, version)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/consideration", responses=_PROBLEMS)
async def consider_report(
    caller: CommitteeChair,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    decided: Consideration,
    response: Response,
) -> ReportRead:
    """The Committee clears the report, or returns it with what to change (¶7)."""
    report = await submitting.consider(work, caller, report_id, version, decided)
    return await _answer(work, caller, report, response)


@router.post("/{report_id}/submission", responses=_PROBLEMS)
async def submit_report(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ReportRead:
    """Submit a cleared report; if it is the initial one, the 12 months of ¶9 begin."""
    report = await submitting.submit(work, caller, report_id, version)
    return await _answer(work, caller, report, response)


@exported(router)
@router.get("/{report_id}/steps", responses=problem_responses(NotFound))
async def list_report_steps(
    caller: CtedCaller,
    session: ReadSession,
    report_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[StepRead]:
    """How a report came to where it is: who took which step, when and why."""
    page = await service.list_steps(session, caller, report_id, query)
    return page.map(StepRead.model_validate)
