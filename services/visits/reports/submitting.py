"""Takes a finalised report through the Committee's consideration to its submission (¶7, ¶9)."""

from uuid import UUID

from sqlalchemy import select

from services.visits.events import ReportConsidered, ReportSubmitted
from services.visits.follow_up.rules import follow_up_due_on
from services.visits.follow_up.service import open_for
from services.visits.missions.models import Mission
from services.visits.reports.commenting import require_answered
from services.visits.reports.models import ConsiderationOutcome, Report, ReportStatus
from services.visits.reports.reviewing import require_complete, require_whole
from services.visits.reports.rules import FREE_STEPS, is_initial
from services.visits.reports.schemas import Consideration
from services.visits.reports.service import read
from services.visits.reports.stages import move
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import require_step


async def present(work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None) -> Report:
    """Put a final report before the Committee, which sees it from now on."""
    report = await work.get(Report, report_id, version=version, locked=True)
    require_step("report", report.status, ReportStatus.CONSIDERATION, FREE_STEPS)
    await require_whole(work, caller, report)
    await require_answered(work.session, report)
    if report.committee_version is None:
        report.committee_version = report.text_version
    await move(work, report, ReportStatus.CONSIDERATION, caller.subject)
    return report


async def consider(
    work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None, decided: Consideration
) -> Report:
    """The Committee clears a report for submission, or returns it with what to change."""
    report = await read(work.session, caller, report_id, version=version, locked=True)
    cleared = decided.outcome is ConsiderationOutcome.CLEARED
    wanted = ReportStatus.CLEARED if cleared else ReportStatus.FINALISATION
    require_step(
        "report", report.status, ReportStatus.CLEARED, FREE_STEPS
    )  # or returned: here alone
    require_complete(decided.outcome, decided.comment)
    work.publish(
        ReportConsidered(
            member_state=report.member_state,
            confidential=report.confidential,
            report_id=report.id,
            outcome=decided.outcome.value,
            considered_on=work.clock.today(),
        )
    )
    await move(work, report, wanted, caller.subject, decided.comment)
    return report


async def submit(work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None) -> Report:
    """Submit a cleared report; if it is the initial one, its follow-up begins (¶9)."""
    report = await work.get(Report, report_id)
    # All of the State's, so that no two reports become its first at the same moment.
    of_state = await work.session.scalars(
        select(Report)
        .where(Report.member_state == report.member_state)
        .order_by(Report.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    initial_ones = [other for other in of_state if other.initial]
    report.check_version(version)
    require_step("report", report.status, ReportStatus.SUBMITTED, FREE_STEPS)
    mission = await work.get(Mission, report.mission_id)
    today = work.clock.today()
    confidential = report.confidential
    report.submitted_on = today
    report.initial = is_initial(mission.kind, known_initial=bool(initial_ones))
    if report.initial:
        report.follow_up_due_on = due_on = follow_up_due_on(today)
    else:
        latest = max(initial_ones, key=lambda other: (other.submitted_on or today, other.id))
        assert latest.follow_up_due_on is not None  # noqa: S101 - an initial one has it
        report.follow_up_due_on = due_on = latest.follow_up_due_on
        confidential |= latest.confidential  # its date tells of that report
    await move(work, report, ReportStatus.SUBMITTED, caller.subject)
    if report.initial:
        await open_for(
            work, report.id, report.member_state, today, due_on, confidential=report.confidential
        )
    work.publish(
        ReportSubmitted(
            member_state=report.member_state,
            confidential=confidential,
            report_id=report.id,
            mission_id=report.mission_id,
            submitted_on=today,
            follow_up_due_on=due_on,
            initial=report.initial,
        )
    )
    return report
