"""Runs what is due; the job's effect, its events and its being done commit together."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.clock import Clock
from shared.database.failures import storable
from shared.database.unit_of_work import UnitOfWork
from shared.events.envelope import Envelope
from shared.events.outbox import envelopes_of, store_envelopes
from shared.events.topics import topic_of
from shared.scheduling.jobs import DueJob, Jobs
from shared.telemetry import handling, metrics

log = structlog.get_logger(__name__)
_POLL_SECONDS = 0.5
_MOST_AT_ONCE = 100
_AT_ONCE_SECONDS = 1.0
"""How long jobs are begun in one transaction: others wait for the records that it has changed."""
_LONGEST_RETRY = timedelta(minutes=10)
_DOUBLINGS = 10  # of a second: more than the longest; a power without limit overflows


@dataclass(slots=True)
class _Outcome:
    """What became of the jobs that share a transaction."""

    done: list[DueJob] = field(default_factory=list)
    failed: list[DueJob] = field(default_factory=list)
    events: list[Envelope] = field(default_factory=list)


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
        self._most = _MOST_AT_ONCE
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run` after the job in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Do what falls due until stopped."""
        while not self._stopping.is_set():
            try:
                found = self._may_run() and await self.run_some()
            except Exception as error:
                log.warning("jobs-retry", error=repr(error))
                found = False
            if not found:
                await asyncio.sleep(_POLL_SECONDS)

    async def run_some(self) -> int:
        """Do some of the due jobs that nobody else is doing; how many were found.

        They share a transaction, in which a job that fails undoes what itself has done. Where the
        transaction as a whole fails, one is tried alone, and more again as they succeed.
        """
        found: Sequence[DueJob] = ()
        try:
            async with self._sessions() as session:
                found = await self._claim(session)
                outcome = await self._do(session, found)
                await session.commit()
        except Exception as error:
            if not found:
                raise
            self._most = 1
            if len(found) == 1:
                async with self._sessions.begin() as session:
                    await self._postpone(session, found[0], error)
                _count("failed", found)
        else:
            self._most = min(_MOST_AT_ONCE, 2 * self._most)
            _count("done", outcome.done)
            _count("failed", outcome.failed)
        return len(found)

    async def _claim(self, session: AsyncSession) -> Sequence[DueJob]:
        """The jobs that fell due first, held until the transaction ends."""
        found = await session.scalars(
            select(DueJob)
            .where(
                DueJob.done_at.is_(None),
                DueJob.due_on <= self._clock.today(),
                DueJob.retry_at <= func.clock_timestamp(),
                DueJob.kind.in_(self._jobs.keys()),
            )
            .order_by(DueJob.due_on, DueJob.id)
            .limit(self._most)
            .with_for_update(skip_locked=True)
        )
        jobs = found.all()
        session.expunge_all()  # so that they can be read whatever is rolled back
        return jobs

    async def _do(self, session: AsyncSession, jobs: Sequence[DueJob]) -> _Outcome:
        outcome = _Outcome()
        until = time.monotonic() + _AT_ONCE_SECONDS
        for job in jobs:
            if self._stopping.is_set() or time.monotonic() > until:
                break
            work = UnitOfWork(session, self._clock, self._service)
            try:
                with handling(f"job {job.kind}", None, None):
                    async with session.begin_nested():
                        await self._jobs[job.kind](job, work)
                    outcome.events += envelopes_of(work)
                outcome.done.append(job)
            except Exception as error:
                await self._postpone(session, job, error)
                outcome.failed.append(job)
        if outcome.done:
            await session.execute(
                update(DueJob)
                .where(DueJob.id.in_([job.id for job in outcome.done]))
                .values(done_at=self._clock.now())
            )
        if outcome.events:
            await store_envelopes(session, topic_of(self._service), outcome.events)
        return outcome

    async def _postpone(self, session: AsyncSession, job: DueJob, error: Exception) -> None:
        log.error("job-failed", kind=job.kind, id=str(job.id), exc_info=error)
        await session.execute(
            update(DueJob)
            .where(DueJob.id == job.id)
            .values(
                attempts=DueJob.attempts + 1,
                error=storable(repr(error)),
                retry_at=func.clock_timestamp()
                + func.least(
                    func.power(2, func.least(DueJob.attempts, _DOUBLINGS)) * timedelta(seconds=1),
                    _LONGEST_RETRY,
                ),
            )
        )


def _count(outcome: str, jobs: Sequence[DueJob]) -> None:
    for job in jobs:
        metrics.jobs_total.labels(job.kind, outcome).inc()
