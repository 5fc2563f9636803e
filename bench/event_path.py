"""`python -m bench.event_path`: from an HTTP write to its effect in another service.

One path is measured: POST /v1/surveys on assessment -> outbox -> relay -> broker -> notifications,
until that has committed the effect (the deadline, its due jobs, everyone's messages). Beside it,
in the same run on the same machine, the two things that it is made of, bare: aiokafka producing and
consuming the same bytes on the same broker, and commits of one row on the same PostgreSQL. The
effect's time is PostgreSQL's own commit timestamp of the inbox row.
"""

import argparse
import asyncio
import itertools
import logging
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.measuring import dsn, machine
from shared.embedded.postgres import EmbeddedPostgres
from shared.embedded.stack import Ports, Stack
from shared.reference import member_states

_CLIENTS = 16
_WARM_UP = 200
_DUE_ON = "2099-01-01"
_INSTRUMENT = {
    "code": "bench",
    "title": "An instrument of the benchmark",
    "tool": "overview_of_implementation_assessment",
    "sections": [
        {
            "code": "S",
            "title": "A section",
            "questions": [
                {
                    "code": "A",
                    "text": "Is it in place?",
                    "theme": "aviation",
                    "provisions": [{"resolution": 2309}],
                }
            ],
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one path did: rate at saturation, and latencies at a stated lower rate."""

    per_second: float
    latencies: list[float]
    """Seconds, at the lower rate."""

    def at(self, percentile: int) -> float:
        """The latency percentile in milliseconds."""
        return statistics.quantiles(self.latencies, n=100)[percentile - 1] * 1000


async def _saturate(count: int, act: Callable[[int], Awaitable[None]]) -> None:
    """Do `act` `count` times, with as many at once as there are clients."""
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await act(number)

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))


async def _pace(count: int, rate: float, act: Callable[[int], Awaitable[None]]) -> list[float]:
    """Begin `act` at a constant rate, whatever the answers do; the intended times of beginning."""
    begun = time.time()
    planned = [begun + number / rate for number in range(count)]

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, planned[number] - time.time()))
        await act(number)

    await asyncio.gather(*(one(number) for number in range(count)))
    return planned


class _EventPath:
    """The system's own path."""

    def __init__(
        self,
        url: str,
        http: httpx.AsyncClient,
        lead: str,
        publisher: asyncpg.Connection,
        consumer: asyncpg.Connection,
    ) -> None:
        self._url = url
        self._http = http
        self._lead = lead
        self._publisher = publisher
        self._consumer = consumer
        self._states = itertools.cycle(member_states())
        self._surveys: list[str] = []
        self._instrument = ""

    async def measure(self, count: int) -> Measured:
        """Saturate the path, then pace it at half of that."""
        drafted = await self._http.post(f"{self._url}/v1/instruments", json=_INSTRUMENT)
        self._instrument = drafted.json()["id"]
        published = await self._http.post(
            f"{self._url}/v1/instruments/{self._instrument}/publication",
            headers={"Authorization": f"Bearer {self._lead}"},
        )
        published.raise_for_status()
        await _saturate(_WARM_UP, self._write)  # caches, pools, partitions
        await self._effects()
        self._surveys.clear()
        begun = time.time()
        await _saturate(count, self._write)
        per_second = count / (max(await self._effects()) - begun)
        self._surveys = [""] * count
        planned = await _pace(count, per_second / 2, self._write_as)
        effects = await self._effects()
        return Measured(per_second, [e - p for e, p in zip(effects, planned, strict=True)])

    async def _write(self, _: int) -> None:
        self._surveys.append(await self._post())

    async def _write_as(self, number: int) -> None:
        self._surveys[number] = await self._post()

    async def _post(self) -> str:
        body = {
            "instrument_id": self._instrument,
            "member_state": next(self._states),
            "due_on": _DUE_ON,
        }
        answer = await self._http.post(f"{self._url}/v1/surveys", json=body)
        answer.raise_for_status()
        return str(answer.json()["id"])

    async def _effects(self) -> list[float]:
        """When the effect of each write was committed, once all are."""
        rows = await self._publisher.fetch(
            "SELECT event_id, payload::jsonb #>> '{data,survey_id}' AS survey_id FROM outbox"
        )
        by_survey = {row["survey_id"]: row["event_id"] for row in rows}
        wanted = [by_survey[survey_id] for survey_id in self._surveys]
        while True:
            effects = await self._consumer.fetch(
                "SELECT event_id, pg_xact_commit_timestamp(xmin) AS done FROM inbox"
                " WHERE event_id = ANY($1)",
                wanted,
            )
            if len(effects) == len(wanted):
                done = {row["event_id"]: row["done"].timestamp() for row in effects}
                return [done[event_id] for event_id in wanted]
            await asyncio.sleep(0.02)


async def _bare_kafka(bootstrap_servers: str, payload: bytes, count: int) -> Measured:
    topic = "bench.bare"
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all")
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap_servers,
        group_id="bench",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        metadata_max_age_ms=500,
    )
    arrived: dict[int, float] = {}

    async def consume(until: int) -> None:
        while len(arrived) < until:
            batches = await consumer.getmany(timeout_ms=500)
            if batches:
                await consumer.commit()
                for records in batches.values():
                    arrived.update({int(record.key): time.time() for record in records})

    async def produce(number: int) -> None:
        await producer.send_and_wait(topic, payload, key=str(number).encode())

    async def produce_later(number: int) -> None:
        await produce(count + number)

    await producer.start()
    await produce(-1)
    await consumer.start()
    try:
        await consume(1)
        begun = time.time()
        await asyncio.gather(_saturate(count, produce), consume(1 + count))
        per_second = count / (max(arrived.values()) - begun)
        planned, _ = await asyncio.gather(
            _pace(count, per_second / 2, produce_later), consume(1 + 2 * count)
        )
        return Measured(per_second, [arrived[count + n] - planned[n] for n in range(count)])
    finally:
        await consumer.stop()
        await producer.stop()


async def _bare_commits(url: str, payload: bytes, count: int) -> Measured:
    pool = await asyncpg.create_pool(dsn(url), min_size=_CLIENTS, max_size=_CLIENTS)
    await pool.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, payload text)")
    text = payload.decode()
    ended: dict[int, float] = {}

    async def commit(number: int) -> None:
        await pool.execute("INSERT INTO bench_bare (payload) VALUES ($1)", text)
        ended[number] = time.time()

    begun = time.time()
    await _saturate(count, commit)
    per_second = count / (time.time() - begun)
    planned = await _pace(count, per_second / 2, commit)
    await pool.close()
    return Measured(per_second, [ended[n] - planned[n] for n in range(count)])


async def measure(count: int) -> dict[str, Measured]:
    """The path and its two baselines, one after the other."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        postgres = EmbeddedPostgres(Path(name) / "postgres")
        postgres.start()
        postgres.configure("track_commit_timestamp", "on")
        postgres.stop()
        async with Stack(Path(name), Ports.free(["assessment", "notifications"])) as stack:
            publisher = await asyncpg.connect(dsn(stack.database_urls["assessment"]))
            consumer = await asyncpg.connect(dsn(stack.database_urls["notifications"]))
            headers = {"Authorization": f"Bearer {stack.token('cted_officer')}"}
            limits = httpx.Limits(max_connections=4 * _CLIENTS)
            async with httpx.AsyncClient(headers=headers, limits=limits, timeout=60) as http:
                url = stack.urls["assessment"]
                lead = stack.token("cted_lead")
                path = await _EventPath(url, http, lead, publisher, consumer).measure(count)
            payload = (await publisher.fetchval("SELECT payload FROM outbox LIMIT 1")).encode()
            kafka = await _bare_kafka(stack.bootstrap_servers, payload, count)
            commits = await _bare_commits(stack.database_urls["notifications"], payload, count)
            await publisher.close()
            await consumer.close()
    return {"HTTP write to committed effect": path, "bare aiokafka": kafka, "bare commits": commits}


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=2000)
    count = parser.parse_args().writes
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker is waited for
    results = asyncio.run(measure(count))
    ours = results["HTTP write to committed effect"]
    print(f"{count} writes, {_CLIENTS} clients, {machine()}\n")
    print("| path | per second, saturated | ours as a share | p50 ms | p95 ms | p99 ms |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, result in results.items():
        share = ours.per_second / result.per_second
        print(f"| {name} | {result.per_second:.0f} | {share:.1%} | {result.at(50):.1f} | "
              f"{result.at(95):.1f} | {result.at(99):.1f} |")  # fmt: skip
    print("\nLatencies are at half of each path's own saturated rate, from the intended beginning.")


if __name__ == "__main__":
    main()
