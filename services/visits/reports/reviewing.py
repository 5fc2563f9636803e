"""Takes a draft through its review within CTED."""

from uuid import UUID

from services.visits.reports import fact_checking
from services.visits.reports.commenting import require_answered
from services.visits.reports.models import Report, ReportStatus, ReviewOutcome
from services.visits.reports.rules import FREE_STEPS, faults_of_decision
from services.visits.reports.schemas import Review
from services.visits.reports.service import sections_of
from services.visits.reports.stages import move
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import FieldError, Invalid, require_sound, require_step


async def request(work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None) -> Report:
    """Give a written report to its reviewers: a draft, or one that changed much since."""
    report = await work.get(Report, report_id, version=version, locked=True)
    require_step("report", report.status, ReportStatus.REVIEW, FREE_STEPS)
    await require_whole(work, caller, report)
    await move(work, report, ReportStatus.REVIEW, caller.subject)
    return report


async def review(
    work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None, decided: Review
) -> Report:
    """Send a draft to the State for its fact-check, or return it to its authors."""
    report = await work.get(Report, report_id, version=version, locked=True)
    require_step("report", report.status, ReportStatus.FACT_CHECK, FREE_STEPS)
    require_complete(decided.outcome, decided.comment)
    if decided.outcome is ReviewOutcome.APPROVED:
        await require_answered(work.session, report)
        await fact_checking.ask(work, caller, report, decided.comment)
    else:
        await move(work, report, ReportStatus.DRAFTING, caller.subject, decided.comment)
    return report


async def require_whole(work: UnitOfWork, caller: Caller, report: Report) -> None:
    """Refuse to give others a report with a section that is not written.

    Raises:
        Invalid: naming each section without text.
    """
    sections = await sections_of(work.session, caller, report)
    if empty := [section.key for section in sections if not section.text.strip()]:
        raise Invalid(
            f"{len(empty)} sections have no text.",
            errors=[
                FieldError(field=f"sections.{key}.text", message="Write it, or leave it out.")
                for key in empty
            ],
        )


def require_complete(outcome: str, comment: str) -> None:
    """Refuse a decision that does not say what it must.

    Raises:
        Invalid: a report is returned without a word.
    """
    require_sound(faults_of_decision(outcome, comment), "The decision is not complete.")
