"""`python -m bench.roll_up`: implementation by theme over all Member States and rounds.

GET /v1/roll-ups?by=theme as a CTED officer, over HTTP, on a database that holds 193 States x 400
questions x 6 rounds in the service's own tables, put there by its own rules. Cold is the first
request after PostgreSQL and the service were both started: no shared buffer, no plan, no cached
key; the machine's page cache stays. Beside it DuckDB, in process, on a file of the same rows: the
same counts, means, intervals, quartiles and changes once from the score of each assessment and
theme, as the service has them, and once from the answers. That all three agree is checked.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import httpx

from bench.measuring import machine
from bench.rounds import Rounds, make_rounds
from shared.embedded.stack import Ports, Stack

_PATH = "/v1/roll-ups"
_CLOSE = 1e-4
_FROM_SCORES = "scores"
_FROM_ANSWERS = """
    (SELECT assessment, theme,
            sum(weight * value) / nullif(sum(weight) FILTER (value IS NOT NULL), 0) AS score,
            coalesce(sum(weight * value), 0) / sum(weight) AS low,
            (coalesce(sum(weight * value), 0) + coalesce(sum(weight) FILTER (value IS NULL), 0))
                / sum(weight) AS high
     FROM answers GROUP BY assessment, theme)
"""
_ROLL_UP = """
WITH turns AS (
    SELECT theme, member_state, year AS since, score, low, high,
           coalesce(lead(year) OVER (PARTITION BY theme, member_state ORDER BY completed_on, id),
                    9999) AS until
    FROM {scores} JOIN assessments ON id = assessment
), standing AS (
    SELECT asked.year, turns.*
    FROM turns JOIN (SELECT unnest(range($first - 1, $last + 1)) AS year) AS asked
         ON since <= asked.year AND asked.year < until
), changed AS (
    SELECT *, score - lag(score) OVER (PARTITION BY theme, member_state ORDER BY year) AS change
    FROM standing
), spans AS (
    SELECT theme, avg(late.score - early.score) AS span
    FROM standing AS early JOIN standing AS late USING (theme, member_state)
    WHERE early.year = $first AND late.year = $last GROUP BY theme
)
SELECT theme, year, count(*), count(*) FILTER (since = year), avg(year - since), avg(score),
       avg(low), avg(high), stddev_pop(score), quantile_cont(score, [0.25, 0.5, 0.75]),
       count(change), avg(change), any_value(span)
FROM changed JOIN spans USING (theme) WHERE year >= $first
GROUP BY theme, year ORDER BY theme, year
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds: the first time of each start, and when everything is at hand."""

    cold: list[float]
    warm: list[float]


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = act()
    return (time.perf_counter() - begun) * 1000, result


async def _ours(folder: Path, starts: int, calls: int) -> tuple[Measured, dict[str, Any]]:
    cold: list[float] = []
    warm: list[float] = []
    body: dict[str, Any] = {}
    for start in range(starts):
        async with Stack(folder, Ports.free(["assessment"])) as stack:
            headers = {"Authorization": f"Bearer {stack.token('cted_officer')}"}
            with httpx.Client(base_url=stack.urls["assessment"], headers=headers) as http:
                for call in range(1 + calls if start == starts - 1 else 1):
                    took, answer = _timed(lambda: http.get(_PATH, params={"by": "theme"}))
                    body = answer.raise_for_status().json()
                    (warm if call else cold).append(took)
    return Measured(cold, warm), body


def _load(file: Path, rounds: Rounds, scores: list[tuple[Any, ...]]) -> None:
    with duckdb.connect(str(file)) as database:
        for name, columns, rows in (
            ("assessments", "id VARCHAR, member_state VARCHAR, completed_on DATE",
             rounds.assessments),
            ("answers", "assessment VARCHAR, theme VARCHAR, weight INTEGER, value DOUBLE",
             [astuple(row) for row in rounds.answers]),
            ("scores", "assessment VARCHAR, theme VARCHAR, score DOUBLE, low DOUBLE, high DOUBLE",
             scores),
        ):  # fmt: skip
            arrays = {f"c{n}": [*column] for n, column in enumerate(zip(*rows, strict=True))}
            database.execute(f"CREATE TABLE {name} ({columns})")
            taken = ", ".join(f"unnest(${column})" for column in arrays)
            database.execute(f"INSERT INTO {name} SELECT {taken}", arrays)
        database.execute("ALTER TABLE assessments ADD COLUMN year INTEGER")
        database.execute("UPDATE assessments SET year = year(completed_on)")


def _duckdb(
    file: Path, scores: str, years: range, starts: int, calls: int
) -> tuple[Measured, list[tuple[Any, ...]]]:
    statement = _ROLL_UP.format(scores=scores)
    span = {"first": years[0], "last": years[-1]}
    cold: list[float] = []
    warm: list[float] = []
    rows: list[tuple[Any, ...]] = []
    for _ in range(starts):
        with duckdb.connect(str(file), read_only=True) as database:
            took, rows = _timed(lambda: database.execute(statement, span).fetchall())
            cold.append(took)
            if len(cold) == starts:
                warm = [
                    _timed(lambda: database.execute(statement, span).fetchall())[0]
                    for _ in range(calls)
                ]
    return Measured(cold, warm), rows


def _check(body: dict[str, Any], rows: list[tuple[Any, ...]]) -> None:
    ours = [
        (
            row["theme"], year["year"], year["states"], year["assessed_in_year"], year["mean_age"],
            year["score"], year["low"], year["high"], year["standard_deviation"],
            *year["quartiles"].values(), *(year["change"] or {"states": 0, "score": None}).values(),
            row["change"]["score"],
        )
        for row in body["rows"]
        for year in row["years"]
    ]  # fmt: skip
    theirs = [(*row[:9], *row[9], *row[10:]) for row in rows]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine, other, strict=True):
            assert a == b or abs(a - b) < _CLOSE, (mine, other)


async def measure(
    questions: int, rounds: int, starts: int, calls: int
) -> tuple[dict[str, Measured], Rounds]:
    """The service and DuckDB on the same rounds."""
    last = datetime.now().astimezone().year
    years = range(last - rounds + 1, last + 1)
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        folder = Path(name)
        async with Stack(folder, Ports.free(["assessment"])) as stack:
            url = stack.database_urls["assessment"]
            made = await make_rounds(url, questions, years)
            database = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
            await database.execute("VACUUM ANALYZE")  # as autovacuum does after a while
            scores = await database.fetch(
                "SELECT assessment_id::text, key, score, low, high FROM assessment_scores"
                " WHERE dimension = 'theme' AND audience = 'all'"
            )
            await database.close()
        ours, body = await _ours(folder, starts, calls)
        file = folder / "rounds.duckdb"
        _load(file, made, [tuple(row) for row in scores])
        from_scores, rows = _duckdb(file, _FROM_SCORES, years, starts, calls)
        _check(body, rows)
        from_answers, rows = _duckdb(file, _FROM_ANSWERS, years, starts, calls)
        _check(body, rows)
    return {
        "GET /v1/roll-ups?by=theme, over HTTP": ours,
        "DuckDB in process, from the scores": from_scores,
        "DuckDB in process, from the answers": from_answers,
    }, made


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--starts", type=int, default=5, help="how often cold is measured")
    parser.add_argument("--calls", type=int, default=50, help="how often warm is measured")
    given = parser.parse_args()
    results, made = asyncio.run(measure(given.questions, given.rounds, given.starts, given.calls))
    ours = next(iter(results.values()))
    print(f"{len(made.assessments)} assessments of {given.questions} questions, "
          f"{len(made.answers)} answers that count, {made.scores} scores, "
          f"{machine()}\n")  # fmt: skip
    print(
        "| roll-up by theme | cold ms | warm ms, median | warm ms, p95 | ours, cold | ours, warm |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    for name, result in results.items():
        cold, warm = statistics.median(result.cold), statistics.median(result.warm)
        late = statistics.quantiles(result.warm, n=20)[-1]
        print(f"| {name} | {cold:.1f} | {warm:.1f} | {late:.1f} | "
              f"{statistics.median(ours.cold) / cold:.1f}x | "
              f"{statistics.median(ours.warm) / warm:.1f}x |")  # fmt: skip
    print(f"\nCold is the median of {given.starts} starts, the slowest took "
          f"{max(ours.cold):.0f} ms; warm of {given.calls} calls.")  # fmt: skip


if __name__ == "__main__":
    main()
