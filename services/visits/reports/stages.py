"""Takes a report from stage to stage, and keeps each stay with its target (¶7)."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import ReportStageEntered
from services.visits.reports.models import (
    Report,
    ReportStage,
    ReportStatus,
    ReportStep,
    StageName,
)
from services.visits.reports.rules import FREE_STEPS, TARGET_DAYS, target_on
from shared.database import UnitOfWork
from shared.errors import require_step
from shared.reference import member_states


async def begin(work: UnitOfWork, report: Report, by: str) -> None:
    """A new report is in its first stage."""
    await _enter(work, report, None, by, "")


async def move(
    work: UnitOfWork, report: Report, status: ReportStatus, by: str | None, reason: str = ""
) -> ReportStage | None:
    """Take a report, which the caller has locked, a step on or back; the stage that it entered.

    Raises:
        IllegalTransition: the report's status does not allow the step.
    """
    require_step("report", report.status, status, FREE_STEPS)
    if (left := await present_stage(work.session, report)) is not None:
        left.left_on = work.clock.today()
        await work.save(left)
    previous, report.status = report.status, status
    return await _enter(work, report, previous, by, reason)


async def present_stage(session: AsyncSession, report: Report) -> ReportStage | None:
    """The stage that the report is in; None once it is cleared."""
    stage: ReportStage | None = await session.scalar(
        select(ReportStage).where(ReportStage.report_id == report.id, ReportStage.left_on.is_(None))
    )
    return stage


async def keep_step(
    work: UnitOfWork,
    report: Report,
    previous: ReportStatus | None,
    by: str | None,
    reason: str,
    stage: ReportStage | None,
) -> None:
    """Keep who took the report where it is, and why."""
    step = ReportStep(
        report_id=report.id,
        previous=previous,
        status=report.status,
        reason=reason,
        text_version=report.text_version,
        target_on=stage.target_on if stage else None,
        taken_on=work.clock.today(),
        taken_by=by,
    )
    await work.save(step)


async def _enter(
    work: UnitOfWork, report: Report, previous: ReportStatus | None, by: str | None, reason: str
) -> ReportStage | None:
    await work.save(report)
    stage = None
    if report.status in TARGET_DAYS:
        today = work.clock.today()
        state = member_states()[report.member_state]
        stage = ReportStage(
            report_id=report.id,
            member_state=report.member_state,
            stage=StageName(report.status),
            entered_on=today,
            target_on=target_on(report.status, today, least_developed=state.least_developed),
            left_on=None,
        )
        await work.save(stage)
        work.publish(
            ReportStageEntered(
                member_state=report.member_state,
                confidential=report.confidential,
                report_id=report.id,
                mission_id=report.mission_id,
                stage=stage.stage,
                entered_on=today,
                target_on=stage.target_on,
            )
        )
    await keep_step(work, report, previous, by, reason, stage)
    return stage
