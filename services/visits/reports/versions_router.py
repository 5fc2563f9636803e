"""The versions of a report's text over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.visits.reports import versions
from services.visits.reports.version_schemas import (
    MOST_VERSIONS,
    ReportDifferences,
    SinceQuery,
    VersionQuery,
    VersionRead,
    VersionSummary,
)
from shared.auth import CtedCommitteeOrState
from shared.database import Page, ReadSession, TransactionalRoute
from shared.errors import NotFound, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/reports/{report_id}/versions", tags=["reports"], route_class=TransactionalRoute
)
Number = Annotated[int, Path(ge=1, le=MOST_VERSIONS)]


@exported(router)
@router.get("", responses=problem_responses(NotFound))
async def list_report_versions(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    report_id: UUID,
    query: Annotated[VersionQuery, Query()],
) -> Page[VersionSummary]:
    """Every saving of the text, from when on the caller sees the report."""
    page = await versions.list_versions(session, caller, report_id, query)
    return page.map(VersionSummary.model_validate)


@router.get("/{number}", responses=problem_responses(NotFound))
async def read_report_version(
    caller: CtedCommitteeOrState, session: ReadSession, report_id: UUID, number: Number
) -> VersionRead:
    """The whole text as it was."""
    return await versions.read_version(session, caller, report_id, number)


@router.get("/{number}/differences", responses=problem_responses(NotFound))
async def compare_report_versions(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    report_id: UUID,
    number: Number,
    query: Annotated[SinceQuery, Query()],
) -> ReportDifferences:
    """What changed up to this version, section by section and word by word."""
    return await versions.compare(session, caller, report_id, number, query.since)
