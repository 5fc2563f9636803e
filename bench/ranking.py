"""`python -m bench.ranking`: ranking all Member States, and how that grows with their history.

From the database: `rank_all`, all that is known gathered and ranked with its grounds, over the
history of ten years and over that a hundred times. Beside it the very statements that it sends,
sent by asyncpg alone, which neither ranks nor explains. By the rule alone: the States ranked from
what was gathered, as many as there are and a hundred times as many (synthetic), beside numpy
multiplying and sorting a ready matrix. Sensitivity: the same for 10,000 draws of the weights.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import numpy as np
from sqlalchemy import event
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from bench import measuring
from bench.visit_history import make_history
from services.visits.ranking.factors import Standing
from services.visits.ranking.rules import RISK_BASED, Weighable, rank_for_visit, shares_of
from services.visits.ranking.sensitivity import sensitivity
from services.visits.ranking.service import rank_all, standings
from shared.embedded.stack import Ports, Stack

_DRAWS = 10_000
_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was measured on one database, in milliseconds."""

    rows: int
    ranked: list[float]
    bare: list[float]
    over_http: list[float]
    standings: list[Standing]


def timed(act: Callable[[], object], calls: int) -> list[float]:
    """Milliseconds of each call, after one that is not counted."""
    return [seconds * 1000 for seconds in measuring.timed(act, calls + 1)[1:]]


async def awaited(act: Callable[[], Awaitable[object]], calls: int) -> list[float]:
    """The same of what is awaited."""
    taken = []
    for _ in range(calls + 1):
        begun = time.perf_counter()
        await act()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[1:]


async def from_the_database(scale: int, calls: int, on: date) -> Gathered:
    """The service and its bare statements on the same rows."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as folder:
        async with Stack(Path(folder), Ports.free(["visits"])) as stack:
            url = stack.database_urls["visits"]
            database = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
            rows = await make_history(database, scale, on)
            engine = create_async_engine(url)
            sent: list[tuple[str, tuple[Any, ...]]] = []

            event.listen(
                engine.sync_engine,
                "before_cursor_execute",
                lambda _, __, statement, parameters, *___: sent.append((statement, parameters)),
            )
            sessions = async_sessionmaker(engine)
            async with sessions() as session:
                known = await standings(session, on)
                sent.clear()
                await rank_all(session, on)
                statements = [*sent]
                ranked = await awaited(lambda: rank_all(session, on), calls)
            bare = await awaited(lambda: _all_sent(database, statements), calls)
            headers = {"Authorization": f"Bearer {stack.token('cted_officer')}"}
            with httpx.Client(base_url=stack.urls["visits"], headers=headers, timeout=60) as http:
                over_http = timed(lambda: http.get("/v1/ranking").raise_for_status(), calls)
            await engine.dispose()
            await database.close()
    return Gathered(rows, ranked, bare, over_http, known)


async def _all_sent(
    database: asyncpg.Connection, statements: list[tuple[str, tuple[Any, ...]]]
) -> None:
    for statement, parameters in statements:
        await database.fetch(statement, *parameters)


def multiplied(known: list[Standing], times: int) -> list[Standing]:
    """As many States more, of whom the same is known."""
    return [
        replace(standing, member_state=f"{standing.member_state}{n}")
        for n in range(times)
        for standing in known
    ]


def by_the_rule(known: list[Standing], calls: int, on: date) -> tuple[list[float], list[float]]:
    """Ranking what was gathered, and numpy sorting the same States' ready values."""
    values = Weighable.of(known, on).values
    shares = shares_of(RISK_BASED.weights)
    return (
        timed(lambda: rank_for_visit(known, RISK_BASED.weights, on), calls),
        timed(lambda: np.argsort(-(values @ shares), kind="stable"), calls),
    )


def varied(known: list[Standing], calls: int, on: date) -> tuple[list[float], list[float]]:
    """The sensitivity of all States, and numpy drawing, multiplying and sorting as often."""
    weighable = Weighable.of(known, on)
    shares = shares_of(RISK_BASED.weights)

    def bare() -> None:
        drawn = shares * np.random.default_rng(1).lognormal(0, _SPREAD, (_DRAWS, len(shares)))
        np.argsort(-(drawn @ weighable.values.T), axis=1, kind="stable")

    return (
        timed(
            lambda: sensitivity(
                weighable, RISK_BASED.weights, first=20, spread=_SPREAD, draws=_DRAWS, seed=1
            ),
            calls,
        ),
        timed(bare, calls),
    )


def row(name: str, ours: list[float], baseline: str, theirs: list[float]) -> str:
    """A line of the table: medians, our slow end, and the ratio of the medians."""
    median, other = statistics.median(ours), statistics.median(theirs)
    late = statistics.quantiles(ours, n=20)[-1]
    return (
        f"| {name} | {median:.1f} | {late:.1f} | {baseline} | {other:.2f} | {median / other:.1f} |"
    )


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=100, help="how many times the history")
    parser.add_argument("--calls", type=int, default=50)
    given = parser.parse_args()
    today = datetime.now().astimezone().date()
    few = max(5, given.calls // 10)
    once = asyncio.run(from_the_database(1, given.calls, today))
    often = asyncio.run(from_the_database(given.scale, few, today))
    crowd = multiplied(once.standings, given.scale)
    print(f"{len(once.standings)} States, {once.rows:,} rows of history and {often.rows:,}, "
          f"{measuring.machine()}\n")  # fmt: skip
    print("| what | median ms | p95 ms | baseline | its median ms | ratio |")
    print("|---|---:|---:|---|---:|---:|")
    sql, sort = "its statements by asyncpg alone", "numpy sorts a ready matrix"
    print(row("all States from the database", once.ranked, sql, once.bare))
    print(row(f"with {given.scale} times the history", often.ranked, sql, often.bare))
    print(row("GET /v1/ranking over HTTP", once.over_http, sql, once.bare))
    print(row(f"with {given.scale} times the history", often.over_http, sql, often.bare))
    ours, theirs = by_the_rule(once.standings, given.calls, today)
    print(row("all States by the rule alone", ours, sort, theirs))
    ours, theirs = by_the_rule(crowd, few, today)
    print(row(f"{given.scale} times as many States", ours, sort, theirs))
    ours, theirs = varied(once.standings, few, today)
    print(row(f"sensitivity, {_DRAWS:,} draws", ours, "numpy draws and sorts as often", theirs))


if __name__ == "__main__":
    main()
