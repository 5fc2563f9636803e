"""What falls due is done exactly once, and what fails holds up nothing else."""

import asyncio
import json
import operator
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shared.clock import FileClock
from shared.database.unit_of_work import UnitOfWork
from shared.events.outbox import OutboxEvent
from shared.scheduling import DueJob, JobRunner, cancel, schedule
from tests.service.backbone.notebook import FAULTS, TRIES, Copy, do
from tests.service.backbone.running import until

Sessions = async_sessionmaker[AsyncSession]
TODAY = datetime.now(UTC).date()


@pytest.fixture
async def sessions(own_database: str) -> AsyncIterator[Sessions]:
    engine = create_async_engine(own_database, pool_size=20)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    return FileClock(tmp_path / "clock.json")


@pytest.fixture
def runner(sessions: Sessions, clock: FileClock) -> JobRunner:
    return JobRunner("visits", {"copy": do}, sessions, clock)


async def plan(
    sessions: Sessions, clock: FileClock, key: str, due_on: date, **details: Any
) -> None:
    async with sessions() as session:
        work = UnitOfWork(session, clock, "visits")
        await schedule(work, "copy", key, due_on, **details)
        await work.commit()


async def effects(sessions: Sessions) -> dict[str, int]:
    async with sessions() as session:
        rows = await session.execute(select(Copy.text, func.count()).group_by(Copy.text))
        return dict(row for row in rows)


async def done(sessions: Sessions) -> int:
    return sum((await effects(sessions)).values())


async def start_replica(database_url: str) -> asyncio.subprocess.Process:
    """A process of its own that does what is due."""
    command = ["-m", "tests.service.backbone.replica", database_url]
    return await asyncio.create_subprocess_exec(sys.executable, *command)


async def drain(*runners: JobRunner) -> None:
    async def one(runner: JobRunner) -> None:
        while await runner.run_some():
            pass

    await asyncio.gather(*(one(runner) for runner in runners))


async def test_a_jump_of_a_year_does_everything_once_on_any_number_of_replicas(
    sessions: Sessions, clock: FileClock
) -> None:
    async with sessions() as session:
        work = UnitOfWork(session, clock, "visits")
        for n in range(400):
            await schedule(work, "copy", f"yearly {n}", TODAY + timedelta(days=1 + n % 365))
        await work.commit()
    runners = [JobRunner("visits", {"copy": do}, sessions, clock) for _ in range(4)]
    await drain(*runners)
    assert await effects(sessions) == {}

    clock.set(datetime.now(UTC) + timedelta(days=366))
    await drain(*runners)

    assert await effects(sessions) == {f"yearly {n}": 1 for n in range(400)}
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(OutboxEvent)) == 400
        order = await session.scalars(select(DueJob.done_at).where(DueJob.done_at.is_(None)))
        assert list(order) == []


async def test_a_failing_job_leaves_nothing_holds_up_nothing_and_is_tried_again(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    FAULTS["fails first"] = [RuntimeError("NUL \x00 and \ud800")]
    await plan(sessions, clock, "fails first", TODAY - timedelta(days=9))
    await plan(sessions, clock, "goes on", TODAY)
    await drain(runner)

    assert await effects(sessions) == {"goes on": 1}
    async with sessions() as session:
        job = await session.scalar(select(DueJob).where(DueJob.key == "fails first"))
    assert job is not None
    assert job.attempts == 1
    assert "NUL" in (job.error or "")

    async def tried_again() -> dict[str, int]:
        await drain(runner)
        return await effects(sessions)

    await until(tried_again, lambda done: done == {"goes on": 1, "fails first": 1})


async def test_a_job_that_failed_a_thousand_times_still_holds_up_nothing(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    FAULTS["hopeless"] = [RuntimeError("again")] * 3
    await plan(sessions, clock, "hopeless", TODAY - timedelta(days=9))
    async with sessions.begin() as session:
        await session.execute(update(DueJob).values(attempts=1100))
    await plan(sessions, clock, "after hopeless", TODAY)
    await drain(runner)

    assert await effects(sessions) == {"after hopeless": 1}
    async with sessions() as session:
        job = await session.scalar(select(DueJob).where(DueJob.key == "hopeless"))
        now = await session.scalar(select(func.clock_timestamp()))
    assert job is not None
    assert now is not None
    assert timedelta(minutes=9) < job.retry_at - now <= timedelta(minutes=10)


async def test_what_was_due_in_the_past_is_done_now_and_what_moved_waits(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    await plan(sessions, clock, "long ago", date(1999, 12, 31))
    await plan(sessions, clock, "moved", TODAY)
    await plan(sessions, clock, "moved", TODAY + timedelta(days=30))
    await plan(sessions, clock, "cancelled", TODAY)
    async with sessions() as session:
        work = UnitOfWork(session, clock, "visits")
        await cancel(work, "copy", "cancelled")
        await work.commit()
    await drain(runner)
    assert await effects(sessions) == {"long ago": 1}

    clock.set(datetime.now(UTC) + timedelta(days=31))
    await drain(runner)
    assert await effects(sessions) == {"long ago": 1, "moved": 1}


async def test_a_job_in_hand_is_not_waited_for_by_who_cancels_it(
    sessions: Sessions, clock: FileClock
) -> None:
    """The job waits for the record that whoever cancels it has changed: neither would go on."""
    async with sessions() as session, session.begin():
        session.add(Copy(member_state="KEN", text="the record", number=1))
    changed = asyncio.Event()

    async def read_the_record(job: DueJob, work: UnitOfWork) -> None:
        changed.set()
        await work.session.scalar(select(Copy).where(Copy.text == "the record").with_for_update())

    await plan(sessions, clock, "in hand", TODAY)
    runner = JobRunner("visits", {"copy": read_the_record}, sessions, clock)
    async with sessions() as session:
        work = UnitOfWork(session, clock, "visits")
        await session.scalar(select(Copy).where(Copy.text == "the record").with_for_update())
        running = asyncio.create_task(runner.run_some())
        await changed.wait()
        await cancel(work, "copy", "in hand")
        await work.commit()
    assert await running == 1
    async with sessions() as session:
        job = await session.scalar(select(DueJob).where(DueJob.key == "in hand"))
    assert job is not None
    assert (job.done_at is not None, job.attempts, job.error) == (True, 0, None)


async def test_a_job_that_is_done_is_not_planned_again(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    await plan(sessions, clock, "once only", TODAY)
    await drain(runner)
    await plan(sessions, clock, "once only", TODAY)
    await drain(runner)

    assert await effects(sessions) == {"once only": 1}
    assert TRIES["once only"] == 1


async def test_a_job_that_fails_at_the_very_end_takes_nothing_from_those_done_with_it(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    too_large = "no broker takes its event"
    for n in range(20):
        await plan(sessions, clock, f"beside {n}", TODAY)
        if n == 7:
            await plan(sessions, clock, too_large, TODAY, times=50_000)
    await drain(runner)

    assert await effects(sessions) == {f"beside {n}": 1 for n in range(20)}
    async with sessions() as session:
        job = await session.scalar(select(DueJob).where(DueJob.key == too_large))
        told = await session.scalar(select(func.count()).select_from(OutboxEvent))
    assert job is not None
    assert (job.attempts, job.done_at, told) == (1, None, 20)
    assert "TooLarge" in (job.error or "")


async def test_what_fails_publishes_nothing_of_what_it_published_before(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    async def fail(job: DueJob, work: UnitOfWork) -> None:
        await do(job, work)
        raise RuntimeError("after its event")

    await plan(sessions, clock, "loud", TODAY)
    await drain(JobRunner("visits", {"copy": fail}, sessions, clock))
    async with sessions() as session:
        told = await session.scalar(select(func.count()).select_from(OutboxEvent))
    assert (await effects(sessions), told) == ({}, 0)


async def test_replicas_that_are_killed_at_their_work_do_each_job_once(
    sessions: Sessions, clock: FileClock, own_database: str
) -> None:
    planned = 1500
    async with sessions() as session:
        work = UnitOfWork(session, clock, "visits")
        for n in range(planned):
            await schedule(work, "copy", f"through it all {n}", TODAY)
        await work.commit()
    chance = random.Random(1373)
    replicas = [await start_replica(own_database) for _ in range(4)]
    try:
        for replica in replicas[1:]:
            seen = await done(sessions)
            await until(partial(done, sessions), partial(operator.lt, seen))
            await asyncio.sleep(chance.uniform(0, 0.05))
            replica.kill()
            await replica.wait()
        assert await done(sessions) < planned, "they were to be killed at their work"
        await until(partial(done, sessions), partial(operator.eq, planned))
    finally:
        for replica in replicas:
            if replica.returncode is None:
                replica.kill()
            await replica.wait()
    assert await effects(sessions) == {f"through it all {n}": 1 for n in range(planned)}
    async with sessions() as session:
        told = await session.scalars(select(OutboxEvent.payload))
        texts = Counter(json.loads(payload)["data"]["text"] for payload in told)
    assert texts == Counter(f"through it all {n}" for n in range(planned))


async def test_moving_a_job_that_fails_starts_it_afresh(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    FAULTS["moved on"] = [RuntimeError("not yet")]
    await plan(sessions, clock, "moved on", TODAY - timedelta(days=1))
    await drain(runner)
    async with sessions.begin() as session:
        await session.execute(
            update(DueJob).values(retry_at=func.clock_timestamp() + timedelta(hours=1))
        )
    await plan(sessions, clock, "moved on", TODAY)
    await drain(runner)

    assert await effects(sessions) == {"moved on": 1}


async def test_a_job_is_planned_only_if_its_transaction_commits(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    async with sessions() as session:
        await schedule(UnitOfWork(session, clock, "visits"), "copy", "never", TODAY)
    await drain(runner)
    assert await effects(sessions) == {}


async def test_the_runner_ends_after_the_job_in_hand(
    sessions: Sessions, clock: FileClock, runner: JobRunner
) -> None:
    for n in range(50):
        await plan(sessions, clock, f"in hand {n}", TODAY)
    running = asyncio.create_task(runner.run())
    await until(lambda: effects(sessions), bool)
    runner.stop()
    await asyncio.wait_for(running, 5)
    done = await effects(sessions)
    async with sessions() as session:
        finished = await session.scalar(
            select(func.count()).select_from(DueJob).where(DueJob.done_at.is_not(None))
        )
    assert set(done.values()) == {1}
    assert finished == len(done)
