"""Drafts, reviews and submits the reports of visits."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import ReportDrafted, ReportSubmitted
from services.visits.follow_up.rules import follow_up_due_on
from services.visits.follow_up.service import open_for
from services.visits.missions.models import Mission, MissionStatus
from services.visits.reports.models import Report, ReportReview, ReportStatus
from services.visits.reports.rules import FREE_STEPS, faults_of_review
from services.visits.reports.schemas import (
    ReportCreate,
    ReportQuery,
    ReportUpdate,
    Review,
)
from shared.auth import CTED, Caller
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, FieldError, Invalid, NotFound, require_step


async def draft(work: UnitOfWork, wanted: ReportCreate) -> Report:
    """Draft the report of a completed visit."""
    mission = await work.session.get(Mission, wanted.mission_id)
    if mission is None:
        raise Invalid.of_field("body.mission_id", "No such visit; see /v1/missions.")
    if mission.status != MissionStatus.COMPLETED:
        raise Conflict(f"The visit is {mission.status}; its report follows its completion.")
    existing = await work.session.scalar(select(Report).where(Report.mission_id == mission.id))
    if existing is not None:
        raise Conflict(f"This visit has its report: /v1/reports/{existing.id}.")
    report = Report(
        **wanted.model_dump(),
        member_state=mission.member_state,
        confidential=mission.confidential,
        status=ReportStatus.DRAFTED,
        drafted_on=work.clock.today(),
        submitted_on=None,
        follow_up_due_on=None,
    )
    await work.save(report)
    work.publish(
        ReportDrafted(
            member_state=report.member_state,
            confidential=report.confidential,
            report_id=report.id,
            mission_id=report.mission_id,
            drafted_on=report.drafted_on,
        )
    )
    return report


async def revise(
    work: UnitOfWork, report_id: UUID, version: int | None, wanted: ReportUpdate
) -> Report:
    """Change a draft; one that was returned is a draft again."""
    report = await work.get(Report, report_id, version=version, locked=True)
    require_step("report", report.status, ReportStatus.DRAFTED, FREE_STEPS)
    report.status = ReportStatus.DRAFTED
    if wanted.title is not None:
        report.title = wanted.title
    if wanted.sections is not None:
        report.sections = [section.model_dump() for section in wanted.sections]
    await work.save(report)
    return report


async def review(
    work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None, decided: Review
) -> Report:
    """Approve a draft or return it to its authors; every review is kept."""
    report = await work.get(Report, report_id, version=version, locked=True)
    wanted = ReportStatus(decided.outcome)
    require_step("report", report.status, wanted, FREE_STEPS)
    if faults := faults_of_review(decided.outcome, decided.comment):
        raise Invalid(
            "The review is not complete.",
            errors=[FieldError(field=f"body.{field}", message=text) for field, text in faults],
        )
    reviewed = ReportReview(
        report_id=report.id,
        report_version=report.version,
        outcome=decided.outcome,
        comment=decided.comment,
        reviewed_by=caller.subject,
        reviewed_on=work.clock.today(),
    )
    report.status = wanted
    await work.save(report, reviewed)
    return report


async def submit(work: UnitOfWork, report_id: UUID, version: int | None) -> Report:
    """Submit an approved report to the Committee and open its follow-up (¶9)."""
    report = await work.get(Report, report_id, version=version, locked=True)
    require_step("report", report.status, ReportStatus.SUBMITTED, FREE_STEPS)
    today = work.clock.today()
    due_on = follow_up_due_on(today)
    report.status = ReportStatus.SUBMITTED
    report.submitted_on = today
    report.follow_up_due_on = due_on
    await work.save(report)
    await open_for(
        work, report.id, report.member_state, today, due_on, confidential=report.confidential
    )
    work.publish(
        ReportSubmitted(
            member_state=report.member_state,
            confidential=report.confidential,
            report_id=report.id,
            mission_id=report.mission_id,
            submitted_on=today,
            follow_up_due_on=due_on,
        )
    )
    return report


async def read(session: AsyncSession, caller: Caller, report_id: UUID) -> Report:
    """The report, if the caller may see it.

    Raises:
        NotFound: it does not exist for this caller.
    """
    statement = _readable_by(caller, select(Report).where(Report.id == report_id))
    report: Report | None = await session.scalar(statement)
    if report is None:
        raise NotFound.record("Report", report_id)
    return report


async def list_reports(
    session: AsyncSession, caller: Caller, query: ReportQuery
) -> RecordPage[Report]:
    """The reports that match the query and that the caller may see."""
    statement = _readable_by(caller, select(Report))
    if query.member_state:
        statement = statement.where(Report.member_state == query.member_state)
    if query.status:
        statement = statement.where(Report.status == query.status)
    if query.mission_id:
        statement = statement.where(Report.mission_id == query.mission_id)
    sortable = {"drafted_on": Report.drafted_on, "created_at": Report.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Report.id)


async def list_reviews(
    session: AsyncSession, report_id: UUID, query: HistoryQuery
) -> RecordPage[ReportReview]:
    """The reviews of a report."""
    if await session.get(Report, report_id) is None:
        raise NotFound.record("Report", report_id)
    table = ReportReview
    statement = select(table).where(table.report_id == report_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


def _readable_by(caller: Caller, statement: Select[Report]) -> Select[Report]:
    """Before its submission a report is for its authors and for the State that it is about."""
    narrowed = visible_to(caller, statement, Report)
    if caller.has_any(*CTED):
        return narrowed
    submitted = Report.status == ReportStatus.SUBMITTED
    return narrowed.where(or_(submitted, Report.member_state == caller.member_state))
