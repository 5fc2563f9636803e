"""Reads reports, by each as far as they have come and as the State allows (¶23)."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.reports.models import (
    Party,
    Report,
    ReportSection,
    ReportStage,
    ReportStatus,
    ReportStep,
)
from services.visits.reports.schemas import ReportQuery, ReportRead
from shared.auth import COMMITTEE, CTED, Caller, Role
from shared.database import HistoryQuery, RecordPage, matching, paginate, read_one, visible_to
from shared.errors import NotFound


def party_of(caller: Caller) -> Party | None:
    """As which party the caller takes part in the making of a report."""
    if caller.has_any(*CTED):
        return Party.CTED
    if caller.has_any(*COMMITTEE):
        return Party.COMMITTEE
    return Party.MEMBER_STATE if caller.has_any(Role.MEMBER_STATE) else None


async def read(
    session: AsyncSession,
    caller: Caller,
    report_id: UUID,
    *,
    version: int | None = None,
    locked: bool = False,
) -> Report:
    """The report, if the caller may see it; at `version` and `locked` where it is to be changed.

    Raises:
        NotFound: it does not exist for this caller.
        PreconditionFailed: it has another version than expected.
    """
    readable = readable_by(caller, select(Report))
    return await read_one(session, readable, Report, report_id, version=version, locked=locked)


async def as_read(session: AsyncSession, caller: Caller, report: Report) -> ReportRead:
    """The report in its public form, with what of it the caller may see."""
    stages = await session.scalars(
        select(ReportStage).where(ReportStage.report_id == report.id).order_by(ReportStage.id)
    )
    sections = await sections_of(session, caller, report)
    return ReportRead.of(caller, report, sections, list(stages))


async def sections_of(session: AsyncSession, caller: Caller, report: Report) -> list[ReportSection]:
    """The report's sections in their order, without those kept confidential from the caller."""
    sees_all = caller.may_see_confidential_of(report.member_state)
    found = await session.scalars(
        select(ReportSection).where(
            ReportSection.report_id == report.id, ReportSection.key.in_(report.section_keys)
        )
    )
    shown = [section for section in found if sees_all or not section.confidential]
    return sorted(shown, key=lambda section: report.section_keys.index(section.key))


async def section_of(
    session: AsyncSession, caller: Caller, report: Report, key: str
) -> ReportSection:
    """One section, if it is in the report and the caller may see it.

    Raises:
        NotFound: it does not exist for this caller.
    """
    for section in await sections_of(session, caller, report):
        if section.key == key:
            return section
    raise NotFound.record("Section", key)


async def list_reports(
    session: AsyncSession, caller: Caller, query: ReportQuery
) -> RecordPage[Report]:
    """The reports that match the query and that the caller may see."""
    statement = readable_by(caller, select(Report))
    statement = matching(statement, Report, query, "member_state", "status", "mission_id")
    sortable = {"drafted_on": Report.drafted_on, "created_at": Report.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Report.id)


async def list_steps(
    session: AsyncSession, caller: Caller, report_id: UUID, query: HistoryQuery
) -> RecordPage[ReportStep]:
    """How the report came to where it is."""
    await read(session, caller, report_id)
    statement = select(ReportStep).where(ReportStep.report_id == report_id)
    sortable = {"created_at": ReportStep.created_at}
    return await paginate(session, statement, query, query.sort, sortable, ReportStep.id)


def readable_by(caller: Caller, statement: Select[Report]) -> Select[Report]:
    """The State sees it from its fact-check on, the Committee from its consideration on."""
    narrowed = visible_to(caller, statement, Report)
    match party_of(caller):
        case Party.CTED:
            return narrowed
        case Party.COMMITTEE:
            return narrowed.where(Report.committee_version.is_not(None))
        case Party.MEMBER_STATE:
            return narrowed.where(Report.state_version.is_not(None))
        case _:
            return narrowed.where(Report.status == ReportStatus.SUBMITTED)
