"""Lets the State check the facts of a report, until it answers or its time is over."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from services.visits.events import FactCheckEnded, FactCheckRequested
from services.visits.reports.models import Report, ReportStage, ReportStatus
from services.visits.reports.rules import faults_of_extension
from services.visits.reports.schemas import FactCheckExtension
from services.visits.reports.service import read
from services.visits.reports.stages import keep_step, move, present_stage
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import Conflict, require_sound
from shared.scheduling import DueJob, schedule

LAPSE_JOB = "fact-check-lapse"
"""The kind of the job that ends a fact-check; its key is the stage's id and the due date."""


async def ask(work: UnitOfWork, caller: Caller, report: Report, comment: str) -> None:
    """Ask the State to check the facts of an approved draft, which it sees from now on."""
    if report.state_version is None:
        report.state_version = report.text_version
    stage = await move(work, report, ReportStatus.FACT_CHECK, caller.subject, comment)
    assert stage is not None  # noqa: S101 - a fact-check is a stage
    await _announce(work, report, stage)


async def answer(
    work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None, comment: str
) -> Report:
    """The State has checked the facts; its comments stand by their sections."""
    report = await read(work.session, caller, report_id, version=version, locked=True)
    stage = await _under_way(work, report)
    await _end(work, report, stage, "answered", caller.subject, comment)
    return report


async def extend(
    work: UnitOfWork,
    caller: Caller,
    report_id: UUID,
    version: int | None,
    wanted: FactCheckExtension,
) -> Report:
    """Give the State more time, in view of its capacity (¶7)."""
    report = await work.get(Report, report_id, version=version, locked=True)
    stage = await _under_way(work, report)
    require_sound(faults_of_extension(wanted.due_on, stage.target_on, work.clock.today()))
    stage.target_on = wanted.due_on
    await work.save(stage)
    await keep_step(work, report, report.status, caller.subject, wanted.reason, stage)
    await _announce(work, report, stage)
    return report


async def lapse(job: DueJob, work: UnitOfWork) -> None:
    """Go on without the State's answer, unless it came or the State was given more time."""
    report = await work.get(Report, UUID(job.details["report_id"]), locked=True)
    stage = await present_stage(work.session, report)
    if (
        report.status is not ReportStatus.FACT_CHECK
        or stage is None
        or stage.target_on >= work.clock.today()
    ):
        return
    await _end(work, report, stage, "lapsed", None, "The State's time to check the facts was over.")


async def _end(
    work: UnitOfWork,
    report: Report,
    stage: ReportStage,
    outcome: Literal["answered", "lapsed"],
    by: str | None,
    reason: str,
) -> None:
    work.publish(
        FactCheckEnded(
            member_state=report.member_state,
            confidential=report.confidential,
            fact_check_id=stage.id,
            report_id=report.id,
            outcome=outcome,
            ended_on=work.clock.today(),
        )
    )
    await move(work, report, ReportStatus.FINALISATION, by, reason)


async def _announce(work: UnitOfWork, report: Report, stage: ReportStage) -> None:
    """Tell by when, and plan the day after it; a job for each date, so that none is moved."""
    work.publish(
        FactCheckRequested(
            member_state=report.member_state,
            confidential=report.confidential,
            fact_check_id=stage.id,
            report_id=report.id,
            requested_on=work.clock.today(),
            fact_check_due_on=stage.target_on,
        )
    )
    key = f"{stage.id} {stage.target_on}"
    lapses_on = stage.target_on + timedelta(days=1)
    await schedule(work, LAPSE_JOB, key, lapses_on, report_id=str(report.id))


async def _under_way(work: UnitOfWork, report: Report) -> ReportStage:
    stage = await present_stage(work.session, report)
    if report.status is not ReportStatus.FACT_CHECK or stage is None:
        raise Conflict(f"The report is in {report.status.replace('_', ' ')}, not in fact-check.")
    return stage
