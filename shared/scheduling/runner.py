"""Runs what is due; the job's effect, its events and its being done commit together."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.clock import Clock
from shared.database.failures import storable
from shared.database.unit_of_work import UnitOfWork
from shared.scheduling.jobs import DueJob, Jobs
from shared.telemetry import handling, metrics

log = structlog.get_logger(__name__)
_POLL_SECONDS = 0.5
_LONGEST_RETRY = timedelta(minutes=10)
_DOUBLINGS = 10  # of a second: more than the longest; a power without limit overflows


class JobRunner:
    """Polls for due jobs; replicas share them by `FOR UPDATE SKIP LOCKED`.

    `may_run` holds them back, such as while events still wait that may make a job needless.
    """

    def __init__(
        self,
        service: str,
        jobs: Jobs,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
        may_run: Callable[[], bool] = lambda: True,
    ) -> None:
        self._service = service
        self._jobs = jobs
        self._sessions = sessions
        self._clock = clock
        self._may_run = may_run
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` after the job in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Do what falls due until stopped."""
        while not self._stopping.is_set():
            try:
                found = self._may_run() and await self.run_one()
            except Exception as error:
                log.warning("jobs-retry", error=repr(error))
                found = False
            if not found:
                await asyncio.sleep(_POLL_SECONDS)

    async def run_one(self) -> bool:
        """Do one due job, if there is one that nobody else is doing."""
        async with self._sessions() as session:
            job = await session.scalar(
                select(DueJob)
                .where(
                    DueJob.done_at.is_(None),
                    DueJob.due_on <= self._clock.today(),
                    DueJob.retry_at <= func.clock_timestamp(),
                    DueJob.kind.in_(self._jobs.keys()),
                )
                .order_by(DueJob.due_on, DueJob.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job is None:
                return False
            job_id, kind = job.id, job.kind
            work = UnitOfWork(session, self._clock, self._service)
            try:
                with handling(f"job {kind}", None, None):
                    await self._jobs[kind](job, work)
                    job.done_at = self._clock.now()
                    await work.commit()
            except Exception as error:
                await session.rollback()
                log.exception("job-failed", kind=kind, id=str(job_id))
                metrics.jobs_total.labels(kind, "failed").inc()
                await self._postpone(job_id, error)
            else:
                metrics.jobs_total.labels(kind, "done").inc()
            return True

    async def _postpone(self, job_id: object, error: Exception) -> None:
        async with self._sessions.begin() as session:
            await session.execute(
                update(DueJob)
                .where(DueJob.id == job_id)
                .values(
                    attempts=DueJob.attempts + 1,
                    error=storable(repr(error)),
                    retry_at=func.clock_timestamp()
                    + func.least(
                        func.power(2, func.least(DueJob.attempts, _DOUBLINGS))
                        * timedelta(seconds=1),
                        _LONGEST_RETRY,
                    ),
                )
            )
