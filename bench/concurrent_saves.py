"""`python -m bench.concurrent_saves`: many clients save sections of surveys at once; none is lost.

Clients read a section, save one more answer with If-Match, and on 412 read again and repeat until
they are acknowledged. Afterwards every acknowledged save must be in its section's history exactly
once, at the version that was acknowledged, and its answer must be there. Beside it, in the same
run on the same PostgreSQL, as many bare updates of as many rows.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from bench.measuring import machine
from shared.embedded.stack import Ports, Stack
from shared.reference import member_states

_SURVEYS = 25
_SECTIONS = 4
_BARE_CONNECTIONS = 20
"""As many as the service has at most."""
_STALE = 412


@dataclass(frozen=True, slots=True)
class Saved:
    """An acknowledged save."""

    number: int
    section: str
    """Path of the section."""
    question: str
    version: int
    """Of the section, as acknowledged."""
    attempts: int
    seconds: float
    """From the first attempt to the acknowledgement."""


def instrument(saves: int) -> dict[str, Any]:
    """Sections with enough questions that each save answers one of its own."""
    questions = -(-saves // (_SURVEYS * _SECTIONS))
    return {
        "code": "bench-saves",
        "title": "An instrument of the benchmark",
        "tool": "overview_of_implementation_assessment",
        "sections": [
            {
                "code": f"S{section}",
                "title": f"Section {section}",
                "questions": [
                    {
                        "code": f"S{section}-{n}",
                        "text": "Is it in place?",
                        "theme": "aviation",
                        "provisions": [{"resolution": 2309}],
                    }
                    for n in range(questions)
                ],
            }
            for section in range(_SECTIONS)
        ],
    }


async def issue(officer: httpx.AsyncClient, lead: httpx.AsyncClient, saves: int) -> list[str]:
    """Surveys for that many saves; the paths of their sections."""
    drafted = await officer.post("/v1/instruments", json=instrument(saves))
    instrument_id = drafted.raise_for_status().json()["id"]
    published = await lead.post(f"/v1/instruments/{instrument_id}/publication")
    published.raise_for_status()
    paths = []
    for state in list(member_states())[:_SURVEYS]:
        body = {"instrument_id": instrument_id, "member_state": state, "due_on": "2099-01-01"}
        issued = (await officer.post("/v1/surveys", json=body)).raise_for_status()
        survey = f"/v1/surveys/{issued.json()['id']}"
        paths += [f"{survey}/sections/S{section}" for section in range(_SECTIONS)]
    return paths


async def save_at_once(
    officer: httpx.AsyncClient, sections: list[str], saves: int, clients: int
) -> list[Saved]:
    """Save until everything is acknowledged."""
    numbers = iter(range(saves))
    saved: list[Saved] = []

    async def client() -> None:
        for number in numbers:
            saved.append(await _save(officer, sections, number))

    await asyncio.gather(*(client() for _ in range(clients)))
    return saved


async def _save(officer: httpx.AsyncClient, sections: list[str], number: int) -> Saved:
    path = sections[number % len(sections)]
    question = f"{path.rpartition('/')[2]}-{number // len(sections)}"
    body = {"answers": {question: {"value": "yes", "comment": f"save {number}"}}}
    begun = time.perf_counter()
    for attempt in range(1, 1000):
        version = (await officer.get(path)).raise_for_status().headers["etag"]
        answer = await officer.patch(path, json=body, headers={"If-Match": version})
        if answer.status_code != _STALE:
            now = int(answer.raise_for_status().headers["etag"].strip('"'))
            seconds = time.perf_counter() - begun
            return Saved(number, path, question, now, attempt, seconds)
    raise AssertionError(f"save {number} was refused a thousand times")


async def lost(officer: httpx.AsyncClient, saved: list[Saved]) -> list[Saved]:
    """The saves that are not in the history exactly once as acknowledged, or whose answer is gone.

    Raises:
        AssertionError: a history has something that nobody saved.
    """
    missing: list[Saved] = []
    for path in {save.section for save in saved}:
        here = [save for save in saved if save.section == path]
        history = await _history(officer, path)
        assert len(history) == len(here), f"{path} was saved {len(history)} times"
        answers = (await officer.get(path)).json()["answers"]
        for save in here:
            after = {"value": "yes", "comment": f"save {save.number}"}
            change = {"question": save.question, "before": None, "after": after}
            kept = answers.get(save.question, {})
            if (
                history.count((save.version, [change])) != 1
                or {name: kept.get(name) for name in after} != after
            ):
                missing.append(save)
    return missing


async def _history(officer: httpx.AsyncClient, path: str) -> list[tuple[int, list[Any]]]:
    history = []
    cursor: dict[str, str] = {}
    while True:
        answer = await officer.get(f"{path}/revisions", params={"limit": "200"} | cursor)
        page = answer.raise_for_status().json()
        history += [(item["section_version"], item["changes"]) for item in page["items"]]
        if page["next_cursor"] is None:
            return history
        cursor = {"cursor": page["next_cursor"]}


async def _bare_updates(url: str, saves: int) -> float:
    dsn = url.replace("postgresql+asyncpg", "postgresql")
    pool = await asyncpg.create_pool(dsn, min_size=_BARE_CONNECTIONS, max_size=_BARE_CONNECTIONS)
    rows = _SURVEYS * _SECTIONS
    await pool.execute("CREATE TABLE bench_bare (id int PRIMARY KEY, version int, answers jsonb)")
    await pool.execute(
        "INSERT INTO bench_bare SELECT n, 1, '{}' FROM generate_series(0, $1 - 1) AS n", rows
    )
    numbers = iter(range(saves))

    async def client() -> None:
        for number in numbers:
            answer = {f"Q-{number // rows}": {"value": "yes", "comment": f"save {number}"}}
            await pool.execute(
                "UPDATE bench_bare SET version = version + 1, answers = answers || $2"
                " WHERE id = $1",
                number % rows,
                json.dumps(answer),
            )

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(_BARE_CONNECTIONS)))
    took = time.perf_counter() - begun
    await pool.close()
    return took


async def measure(saves: int, clients: int) -> tuple[float, list[Saved], int, float]:
    """Seconds of the saves, the saves, how many were lost, seconds of the bare updates."""
    with tempfile.TemporaryDirectory(prefix="ctc-bench-") as name:
        async with Stack(Path(name), Ports.free(["assessment"])) as stack:
            url = stack.urls["assessment"]
            # Shorter than the service keeps an idle connection, or it closes one that is taken up.
            limits = httpx.Limits(max_connections=clients, keepalive_expiry=2)
            officer_token, lead_token = (
                stack.token(f"cted_{role}") for role in ("officer", "lead")
            )
            async with (
                httpx.AsyncClient(
                    base_url=url, headers=_bearer(officer_token), limits=limits, timeout=60
                ) as officer,
                httpx.AsyncClient(base_url=url, headers=_bearer(lead_token)) as lead,
            ):
                sections = await issue(officer, lead, saves)
                begun = time.perf_counter()
                saved = await save_at_once(officer, sections, saves, clients)
                took = time.perf_counter() - begun
                missing = await lost(officer, saved)
            bare = await _bare_updates(stack.database_urls["assessment"], saves)
    return took, saved, len(missing), bare


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=500)
    parser.add_argument("--clients", type=int, default=500)
    given = parser.parse_args()
    took, saved, missing, bare = asyncio.run(measure(given.saves, given.clients))
    percentiles = statistics.quantiles([save.seconds * 1000 for save in saved], n=20)
    refused = sum(save.attempts - 1 for save in saved)
    print(f"{given.saves} saves of {_SURVEYS * _SECTIONS} sections, {given.clients} clients, "
          f"{machine()}\n")  # fmt: skip
    print("| path | saves per second | ours as a share | refused and repeated | lost |")
    print("|---|---:|---:|---:|---:|")
    print(f"| section saves over HTTP, with their reads | {given.saves / took:.0f} | 100% "
          f"| {refused} | {missing} |")  # fmt: skip
    print(f"| bare updates | {given.saves / bare:.0f} | {bare / took:.1%} | | |")
    print(f"\nFrom the first attempt to the acknowledgement: half within {percentiles[9]:.0f} ms, "
          f"95 in 100 within {percentiles[18]:.0f} ms.")  # fmt: skip
    assert missing == 0


if __name__ == "__main__":
    main()
