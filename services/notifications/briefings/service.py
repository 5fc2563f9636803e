"""Plans each year's briefings, announces them, and keeps that they were given."""

import asyncio
from datetime import date
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.briefings.models import Briefing, BriefingStatus
from services.notifications.briefings.rules import (
    FREE_STEPS,
    OBLIGATIONS,
    announced_on,
    due_dates,
)
from services.notifications.briefings.schemas import BriefingDelivery, BriefingQuery
from services.notifications.events import BriefingDue
from shared.auth import CTED, Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import Forbidden, require_step
from shared.scheduling import DueJob, cancel, schedule

YEAR_JOB = "briefings-of-year"
DUE_JOB = "briefing-due"
_RETRY_SECONDS = 1.0
log = structlog.get_logger(__name__)


async def begin(app: FastAPI) -> None:
    """Plan the first year's job when the service starts; each year plans the next."""
    while True:
        try:
            async with app.state.sessions() as session:
                work = UnitOfWork(session, app.state.clock, app.state.settings.service)
                await _schedule_first_year(work)
                await work.commit()
        except Exception as error:
            log.warning("briefings-wait-for-the-database", error=repr(error))
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            return


async def plan_year(job: DueJob, work: UnitOfWork) -> None:
    """Plan the year's briefings and their announcements, and the next year's planning."""
    year = int(job.key)
    since = date.fromisoformat(job.details["since"])
    for obligation in OBLIGATIONS:
        for due_on in due_dates(obligation.recurrence, year):
            if due_on < since:
                continue
            briefing = Briefing(
                obligation=obligation.code,
                title=obligation.title,
                paragraph=obligation.paragraph,
                owner=obligation.owner,
                due_on=due_on,
                status=BriefingStatus.PLANNED,
                evidence="",
            )
            await work.save(briefing)
            await schedule(work, DUE_JOB, str(briefing.id), announced_on(due_on))
    await _schedule_year(work, year + 1, since=date(year + 1, 1, 1))


async def announce(job: DueJob, work: UnitOfWork) -> None:
    """Tell the owner that the briefing falls due, unless it was given."""
    briefing = await work.get(Briefing, UUID(job.key), locked=True)
    if BriefingStatus.DUE not in FREE_STEPS[briefing.status]:
        return
    briefing.status = BriefingStatus.DUE
    work.publish(
        BriefingDue(
            briefing_id=briefing.id,
            title=briefing.title,
            paragraph=briefing.paragraph,
            owner=briefing.owner,
            due_on=briefing.due_on,
        )
    )


async def deliver(
    work: UnitOfWork,
    caller: Caller,
    briefing_id: UUID,
    version: int | None,
    given: BriefingDelivery,
) -> Briefing:
    """Keep that the briefing was given, with what shows it."""
    briefing = await work.get(Briefing, briefing_id, version=version, locked=True)
    if briefing.owner not in caller.roles and caller.roles.isdisjoint(CTED):
        raise Forbidden(f"This is for {briefing.owner} and CTED only.")
    require_step("briefing", briefing.status, BriefingStatus.DELIVERED, FREE_STEPS)
    briefing.status = BriefingStatus.DELIVERED
    briefing.evidence = given.evidence
    briefing.delivered_on = work.clock.today()
    await work.save(briefing)
    await cancel(work, DUE_JOB, str(briefing.id))
    return briefing


async def list_briefings(session: AsyncSession, query: BriefingQuery) -> RecordPage[Briefing]:
    """The briefings that match the query."""
    statement = select(Briefing)
    if query.status:
        statement = statement.where(Briefing.status == query.status)
    if query.due_before:
        statement = statement.where(Briefing.due_on < query.due_before)
    return await paginate(
        session, statement, query, query.sort, {"due_on": Briefing.due_on}, Briefing.id
    )


async def _schedule_first_year(work: UnitOfWork) -> None:
    """Unless a year was planned before: what fell due before the first start is not owed here."""
    known = await work.session.scalar(select(DueJob.id).where(DueJob.kind == YEAR_JOB).limit(1))
    if known is None:
        today = work.clock.today()
        await _schedule_year(work, today.year, since=today)


async def _schedule_year(work: UnitOfWork, year: int, since: date) -> None:
    await schedule(work, YEAR_JOB, str(year), since, since=since.isoformat())
