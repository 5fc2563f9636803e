"""`python -m bench.deadlines`: 100,000 follow-ups planned, 10,000 of them due in the same minute.

Four replicas of the visits service, each a process of its own, share one PostgreSQL and one broker.
The clock is moved to the day on which 10,000 follow-ups fall due at once; measured is how long
after it the last was committed as due (PostgreSQL's own commit timestamp) and the last
`follow-up-due` acknowledged by the broker. Then every one must be in the outbox and on the topic
exactly once. The baseline, in the same run on the same PostgreSQL: one connection that marks as
many rows of an equal table as done, in batches of `UPDATE ... RETURNING`, with no effect, no event
and nothing else going on.
"""

import argparse
import asyncio
import itertools
import json
import logging
import os
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.measuring import dsn, machine
from services.visits.events import FollowUpDue
from services.visits.follow_up.service import DUE_JOB
from shared.clock import FileClock
from shared.database import new_id
from shared.embedded.postgres import EmbeddedPostgres
from shared.embedded.stack import Ports, Stack
from shared.events.outbox import LANES
from shared.reference import member_states

_REPLICAS = 4
_BATCH = 100
_TOPIC = "ctc.visits"
_PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds after the clock reached the day, one for each follow-up, and the baseline's."""

    committed: list[float]
    published: list[float]
    bare_seconds: float


async def _plan(database: asyncpg.Connection, planned: int, due: int, on: date) -> None:
    """Open follow-ups with the jobs that let them fall due: `due` on the day, the rest later."""
    now = datetime.now(UTC)
    follow_ups, jobs = [], []
    states = itertools.cycle(member_states())
    for n in range(planned):
        due_on = on if n < due else on + timedelta(days=1 + n % 365)
        key = new_id()
        follow_ups.append(
            (key, 1, now, now, next(states), False, new_id(), on, due_on, due_on, "open")
        )
        jobs.append((new_id(), DUE_JOB, f"{key} {due_on}", due_on, "{}"))
    await database.execute(
        "ALTER TABLE follow_ups ALTER steps SET DEFAULT '[]', ALTER activities SET DEFAULT '[]',"
        " ALTER agreed SET DEFAULT '[]'"
    )
    await database.copy_records_to_table(
        "follow_ups",
        records=follow_ups,
        columns=["id", "version", "created_at", "updated_at", "member_state", "confidential",
                 "report_id", "submitted_on", "first_due_on", "due_on", "status"],
    )  # fmt: skip
    await database.copy_records_to_table(
        "due_jobs", records=jobs, columns=["id", "kind", "key", "due_on", "details"]
    )
    await database.execute("ANALYZE follow_ups, due_jobs")


async def _bare(database: asyncpg.Connection, due: int, on: date) -> float:
    """Seconds to mark as many rows as done, a batch a transaction."""
    await database.execute("CREATE TABLE bare_jobs (LIKE due_jobs INCLUDING ALL)")
    await database.execute("INSERT INTO bare_jobs SELECT * FROM due_jobs")
    await database.execute("ANALYZE bare_jobs")
    begun, done = time.perf_counter(), 0
    while done < due:
        rows = await database.fetch(
            "UPDATE bare_jobs SET done_at = clock_timestamp() WHERE id IN (SELECT id FROM bare_jobs"
            " WHERE done_at IS NULL AND due_on <= $1 ORDER BY due_on, id LIMIT $2"
            " FOR UPDATE SKIP LOCKED) RETURNING id",
            on,
            _BATCH,
        )
        done += len(rows)
    return time.perf_counter() - begun


@asynccontextmanager
async def _replicas(stack: Stack) -> AsyncIterator[None]:
    """Three more processes of the service that the stack has started."""
    environment = {
        **os.environ,
        "ENVIRONMENT": "development",
        "KAFKA_BOOTSTRAP_SERVERS": stack.bootstrap_servers,
        "OIDC_ISSUER": stack.issuer,
        "OIDC_JWKS_URL": f"{stack.issuer}/jwks.json",
        "CLOCK_FILE": str(stack.run_directory / "clock.json"),
        "VISITS_DATABASE_URL": stack.database_urls["visits"],
    }
    started, urls = [], []
    try:
        for _ in range(_REPLICAS - 1):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            factory = "services.visits.main:create_app"
            command = ["-m", "shared.app.serve", factory, "--port", str(port)]
            started.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, *command, env=environment, stderr=asyncio.subprocess.DEVNULL
                )
            )
            urls.append(f"http://127.0.0.1:{port}/health/ready")
        async with httpx.AsyncClient() as http:
            for url in urls:
                await _ready(http, url)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            await process.wait()


async def _ready(http: httpx.AsyncClient, url: str) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def _all_published(database: asyncpg.Connection, due: int) -> None:
    counted = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while await database.fetchval(counted) < due:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.25)


async def _on_topic(bootstrap_servers: str, due: int) -> Counter[UUID]:
    """How often each follow-up's falling due is on the topic, once nothing more comes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    await consumer.start()
    try:
        lanes = [TopicPartition(_TOPIC, lane) for lane in range(LANES)]
        consumer.assign(lanes)
        await consumer.seek_to_beginning(*lanes)
        found: Counter[UUID] = Counter()
        while (batches := await consumer.getmany(timeout_ms=3000)) or found.total() < due:
            for record in itertools.chain.from_iterable(batches.values()):
                event = json.loads(record.value)
                if event["type"] == FollowUpDue.type:
                    found[UUID(event["data"]["follow_up_id"])] += 1
        return found
    finally:
        await consumer.stop()


async def measure(planned: int, due: int) -> Measured:
    """Let them fall due on four replicas; each exactly once, or this fails."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        postgres = EmbeddedPostgres(Path(name) / "postgres")
        postgres.start()
        postgres.configure("track_commit_timestamp", "on")
        postgres.stop()
        async with Stack(Path(name), Ports.free(["visits"])) as stack, _replicas(stack):
            database = await asyncpg.connect(dsn(stack.database_urls["visits"]))
            on = datetime.now(UTC).date() + timedelta(days=30)
            await _plan(database, planned, due, on)
            bare_seconds = await _bare(database, due, on)
            begun = time.time()
            FileClock(stack.run_directory / "clock.json").set(
                datetime.combine(on, time_of_day(12), UTC)
            )
            await _all_published(database, due)
            committed = await database.fetch(
                "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at"
                " FROM due_jobs WHERE done_at IS NOT NULL"
            )
            published = await database.fetch(
                "SELECT extract(epoch FROM published_at)::float8 AS at,"
                " (payload::jsonb #>> '{data,follow_up_id}')::uuid AS follow_up_id FROM outbox"
            )
            wanted = {
                row["id"]
                for row in await database.fetch("SELECT id FROM follow_ups WHERE due_on <= $1", on)
            }
            assert Counter(row["follow_up_id"] for row in published) == Counter(wanted)
            assert await _on_topic(stack.bootstrap_servers, due) == Counter(wanted)
            await database.close()
    return Measured(
        [row["at"] - begun for row in committed],
        [row["at"] - begun for row in published],
        bare_seconds,
    )


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--planned", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    given = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker is waited for
    result = asyncio.run(measure(given.planned, given.due))
    print(f"{given.due:,} of {given.planned:,} fall due, {_REPLICAS} replicas, {machine()}\n")
    print("| what | last after s | median s | per second | ours as a share |")
    print("|---|---:|---:|---:|---:|")
    bare = given.due / result.bare_seconds
    for name, seconds in (("due to committed", result.committed),
                          ("due to published", result.published)):  # fmt: skip
        rate = given.due / max(seconds)
        print(f"| {name} | {max(seconds):.1f} | {statistics.median(seconds):.1f} | {rate:.0f} | "
              f"{rate / bare:.1%} |")  # fmt: skip
    print(f"| bare UPDATE ... RETURNING, {_BATCH} a batch | {result.bare_seconds:.1f} | | "
          f"{bare:.0f} | 100% |")  # fmt: skip
    print("\nEach was committed once and is on the topic once.")


if __name__ == "__main__":
    main()
