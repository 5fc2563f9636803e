"""Reports of visits and their sections over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.missions.models import MissionKind
from services.visits.reports import confidentiality, drafting, service
from services.visits.reports.schemas import (
    ConfidentialityRead,
    ConfidentialityRequest,
    ReportCreate,
    ReportQuery,
    ReportRead,
    ReportSummary,
    ReportUpdate,
    SectionRead,
    SectionUpdate,
    TemplateQuery,
    TemplateRead,
    TemplateSectionRead,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState, FindingsReader
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
from shared.exports import exported

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_report(
    caller: CtedCaller, work: WriteSession, wanted: ReportCreate, response: Response
) -> ReportRead:
    """Draft the report of a completed visit, from the template of its kind or otherwise (¶7)."""
    report = await drafting.draft(work, caller, wanted)
    created(response, f"/v1/reports/{report.id}", report.version)
    return await service.as_read(work.session, caller, report)


@exported(router)
@router.get("", responses=problem_responses())
async def list_reports(
    caller: FindingsReader, session: ReadSession, query: Annotated[ReportQuery, Query()]
) -> Page[ReportSummary]:
    """Reports that were submitted; CTED sees all, the State and the Committee what is for them."""
    page = await service.list_reports(session, caller, query)
    return page.map(lambda report: ReportSummary.told(caller, report))


@router.get("/templates/{kind}", responses=problem_responses())
async def read_template(
    caller: CtedCaller, kind: MissionKind, query: Annotated[TemplateQuery, Query()]
) -> TemplateRead:
    """The sections that a report on a visit of this kind and these themes begins with."""
    sections = drafting.template_of(kind, query.themes)
    read = [TemplateSectionRead.model_validate(section) for section in sections]
    return TemplateRead(kind=kind, sections=read)


@router.get("/{report_id}", responses=problem_responses(NotFound))
async def read_report(
    caller: FindingsReader, session: ReadSession, report_id: UUID, response: Response
) -> ReportRead:
    """One report, without the sections that the State keeps confidential from the caller (¶23)."""
    report = await service.read(session, caller, report_id)
    set_etag(response, report.version)
    return await service.as_read(session, caller, report)


@router.patch("/{report_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_report(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    version: RequiredVersion,
    wanted: ReportUpdate,
    response: Response,
) -> ReportRead:
    """Change the title, or all sections together: their order, and which there are."""
    report = await drafting.revise(work, caller, report_id, version, wanted)
    set_etag(response, report.version)
    return await service.as_read(work.session, caller, report)


@router.get("/{report_id}/sections/{key}", responses=problem_responses(NotFound))
async def read_report_section(
    caller: FindingsReader, session: ReadSession, report_id: UUID, key: str, response: Response
) -> SectionRead:
    """One section, unless the State keeps it confidential from the caller (¶23)."""
    report = await service.read(session, caller, report_id)
    section = await service.section_of(session, caller, report, key)
    of_draft = caller.may_see_confidential_of(report.member_state)
    if of_draft:
        set_etag(response, section.version)
    return SectionRead.of(section, of_draft=of_draft)


@router.patch(
    "/{report_id}/sections/{key}",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def save_report_section(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    key: str,
    version: RequiredVersion,
    wanted: SectionUpdate,
    response: Response,
) -> SectionRead:
    """Change one section; If-Match is the section's, so that others write theirs meanwhile."""
    section = await drafting.save_section(work, caller, report_id, key, version, wanted)
    set_etag(response, section.version)
    return SectionRead.of(section, of_draft=True)


@router.post(
    "/{report_id}/sections/{key}/confidentiality",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def request_section_confidentiality(
    caller: CtedOrState,
    work: WriteSession,
    report_id: UUID,
    key: str,
    version: OptionalVersion,
    wanted: ConfidentialityRequest,
    response: Response,
) -> SectionRead:
    """Place or lift a section's confidentiality at the State's request, at any time (¶23)."""
    section = await confidentiality.request(work, caller, report_id, key, version, wanted)
    set_etag(response, section.version)
    return SectionRead.of(section, of_draft=True)


@exported(router)
@router.get("/{report_id}/confidentiality-requests", responses=problem_responses(NotFound))
async def list_section_confidentiality_requests(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    report_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ConfidentialityRead]:
    """Who asked to keep which section confidential, or no longer, and when."""
    page = await confidentiality.list_requests(session, caller, report_id, query)
    return page.map(ConfidentialityRead.model_validate)
