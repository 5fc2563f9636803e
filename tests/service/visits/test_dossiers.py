"""Dossiers: assembled in the caller's name, whole or in part, in bounded time, and kept."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors, Body, done, refusal, scheduled_mission
from tests.service.visits.assessment_stand_in import (
    ASSESSMENT,
    GAP,
    PATHS,
    Answer,
    AssessmentStandIn,
    page,
)
from tests.service.visits.conftest import BREAKER_SECONDS, TOTAL_SECONDS

SECTIONS = [
    *("assessment", "ratings", "gaps", "recommendations"),
    *("trends", "strategies", "products", "evidence"),
]


@pytest.fixture(autouse=True)
async def working(assessment: AssessmentStandIn) -> AsyncIterator[None]:
    """The assessment service works before each test."""
    await assessment.start()
    yield
    await assessment.start()


async def assembled(officer: httpx.AsyncClient, mission: Body) -> Body:
    answer = await officer.post(f"/v1/missions/{mission['id']}/dossier")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def recovered(officer: httpx.AsyncClient, mission: Body) -> Body:
    """A whole dossier, once the breaker lets calls through again."""
    async with asyncio.timeout(20):
        while True:
            if (dossier := await assembled(officer, mission))["complete"]:
                return dossier
            await asyncio.sleep(BREAKER_SECONDS / 4)


def by_status(dossier: Body) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in SECTIONS:
        found.setdefault(dossier[name]["status"], set()).add(name)
    return found


async def test_a_dossier_is_assembled_in_the_callers_name_and_kept(
    actors: Actors, officer: httpx.AsyncClient, assessment: AssessmentStandIn
) -> None:
    visited_on = str(await actors.today() - timedelta(days=2000))
    past = {"member_state": "GAB", "visited_on": visited_on}
    await done(await officer.post("/v1/past-visits", json=past))
    mission = await scheduled_mission(actors, "GAB")
    path = f"/v1/missions/{mission['id']}/dossier"
    assert refusal(await officer.get(path)) == (404, "not-found")
    assessment.says("gaps", page(GAP, next_cursor="more"), page(GAP | {"severity": "low"}))
    sent = {"X-Correlation-Id": "dossier-correlation", "Idempotency-Key": str(uuid4())}
    answer = await officer.post(path, headers=sent)
    dossier = await done(answer)
    assert (dossier["complete"], dossier["number"]) == (True, 1)
    assert by_status(dossier) == {"complete": set(SECTIONS)}
    assert dossier["assessment"]["content"]["latest"]["id"] == str(ASSESSMENT)
    assert [gap["severity"] for gap in dossier["gaps"]["content"]] == ["high", "low"]
    assert dossier["gaps"]["content"][0] == GAP
    record = dossier["visit_record"]
    assert record["past_visits"] == [{"visited_on": visited_on, "mission_id": None}]
    assert "given" in {moment["kind"] for moment in record["consent_timeline"]}
    assert record["last_follow_up"] is None
    asked = assessment.asked
    (_, headers), (query, _) = asked[PATHS["gaps"]]
    assert headers["authorization"] == officer.headers["authorization"]
    assert headers["x-correlation-id"] == "dossier-correlation"
    assert headers["traceparent"].startswith("00-")
    assert f"assessment_id={ASSESSMENT}" in query
    assert "cursor=more" in query
    assert "member_state=GAB" in asked[PATHS["recommendations"]][0][0]
    assert await done(await officer.get(answer.headers["location"])) == dossier
    assert await done(await officer.post(path, headers=sent)) == dossier, "the first answer again"
    assessment.says("assessments", page())
    second = await assembled(officer, mission)
    assert (second["number"], second["assessment"]["content"]) == (2, None)
    assert (second["complete"], second["gaps"]["content"]) == (True, [])
    assert await done(await officer.get(path)) == second
    assert await done(await officer.get(f"{path}/versions/1")) == dossier
    assert refusal(await officer.get(f"{path}/versions/3")) == (404, "not-found")
    listed = (await done(await officer.get(f"{path}/versions")))["items"]
    assert [(one["number"], one["unavailable"]) for one in listed] == [(2, []), (1, [])]
    export = await officer.get(f"{path}/versions/export", params={"format": "csv"})
    assert export.text.count("GAB") == 2


async def test_what_passes_is_tried_again_and_what_does_not_is_told(
    actors: Actors, officer: httpx.AsyncClient, assessment: AssessmentStandIn
) -> None:
    mission = await scheduled_mission(actors, "LBR")
    busy = Answer({}, 429, {"Retry-After": "0"})
    assessment.says("gaps", Answer({}, 503), page(GAP))
    assessment.says("trends", busy, busy, page())
    assert (await assembled(officer, mission))["complete"]
    assert (assessment.times_asked("gaps"), assessment.times_asked("trends")) == (2, 3)
    await assessment.start()
    assessment.says("ratings", Answer({}, 403))
    assessment.says("evidence", Answer({}, 404))
    assessment.says("strategies", Answer(b"<html>"))
    assessment.says("gaps", page(GAP, {"id": "no more than half of one"}))
    assessment.says("recommendations", Answer({}, 429, {"Retry-After": "3600"}))
    dossier = await assembled(officer, mission)
    assert dossier["complete"] is False
    assert by_status(dossier) == {
        "complete": {"assessment", "trends", "products"},
        "unavailable": {"ratings", "evidence"},
        "stale": {"strategies", "gaps", "recommendations"},
    }
    assert {name: dossier[name]["reason"] for name in SECTIONS if dossier[name]["reason"]} == {
        "ratings": "forbidden",
        "evidence": "not_found",
        "strategies": "malformed",
        "gaps": "malformed",
        "recommendations": "busy",
    }
    assert "answer to /v1/gaps cannot be understood at id" in dossier["gaps"]["detail"]
    assert dossier["gaps"]["content"] == [GAP]
    assert (dossier["ratings"]["content"], dossier["ratings"]["retry"]) == (None, None)
    again = f"POST /v1/missions/{mission['id']}/dossier"
    assert dossier["gaps"]["retry"] == again
    assert dossier["recommendations"]["retry"] == f"{again} in 3600 s"
    asked = [assessment.times_asked(name) for name in ("ratings", "evidence", "recommendations")]
    assert asked == [1, 1, 1]
    path = f"/v1/missions/{mission['id']}/dossier/versions"
    (part,) = (await done(await officer.get(path, params={"complete": "false"})))["items"]
    assert part["unavailable"] == ["ratings", "evidence"]


async def test_a_service_that_is_down_is_told_soon_spared_and_found_again(
    actors: Actors, officer: httpx.AsyncClient, assessment: AssessmentStandIn
) -> None:
    mission = await scheduled_mission(actors, "SLE")
    await assessment.stop()
    first = await assembled(officer, mission)
    assert by_status(first) == {"unavailable": set(SECTIONS)}
    assert {first[name]["reason"] for name in SECTIONS} <= {"down", "not_tried"}
    assert first["visit_record"]["consent_timeline"], "what is known here is told"
    assert await breaker_open(officer) == 1
    started = time.monotonic()
    second = await assembled(officer, mission)
    assert time.monotonic() - started < TOTAL_SECONDS
    assert {second[name]["reason"] for name in SECTIONS} == {"not_tried"}
    assert re.search(r"/dossier in [12] s$", second["gaps"]["retry"])
    assert second["gaps"]["since"] == first["gaps"]["since"]
    await assessment.start()
    whole = await recovered(officer, mission)
    assert await breaker_open(officer) == 0
    await assessment.stop()
    third = await assembled(officer, mission)
    assert by_status(third) == {"stale": set(SECTIONS)}
    assert third["gaps"]["content"] == whole["gaps"]["content"] == [GAP]
    assert third["gaps"]["as_of"] == whole["gaps"]["as_of"]
    assert third["gaps"]["since"] > whole["assembled_at"]
    await assessment.start()
    await recovered(officer, mission)


async def test_a_service_that_hangs_is_waited_for_no_longer_than_is_told(
    actors: Actors, officer: httpx.AsyncClient, assessment: AssessmentStandIn
) -> None:
    mission = await scheduled_mission(actors, "GMB")
    never = asyncio.Event()
    assessment.says("trends", Answer(after=never))
    started = time.monotonic()
    dossier = await assembled(officer, mission)
    assert time.monotonic() - started < TOTAL_SECONDS + 1
    assert by_status(dossier) == {
        "complete": set(SECTIONS) - {"trends"},
        "unavailable": {"trends"},
    }
    assert dossier["trends"]["reason"] == "timed_out"
    never.set()


async def test_no_connection_to_the_database_waits_for_the_other_service(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient, assessment: AssessmentStandIn
) -> None:
    mission = await scheduled_mission(actors, "GHA")
    held = asyncio.Event()
    gaps = Answer({"items": [], "next_cursor": None}, after=held)
    assessment.says("gaps", gaps)
    database = await asyncpg.connect(stack.database_urls["visits"].replace("+asyncpg", ""))
    path, key = f"/v1/missions/{mission['id']}/dossier", {"Idempotency-Key": str(uuid4())}
    try:
        async with asyncio.timeout(20):
            assembling = asyncio.create_task(officer.post(path, headers=key))
            await gaps.asked.wait()
            waiting: Any = None
            while waiting != 0:
                waiting = await database.fetchval(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND state LIKE 'idle in transaction%'"
                )
            assert not assembling.done()
            held.set()
            assert (await assembling).json()["complete"]
    finally:
        await database.close()


async def test_only_cted_reads_dossiers(actors: Actors, officer: httpx.AsyncClient) -> None:
    mission = await scheduled_mission(actors, "GIN")
    await assembled(officer, mission)
    path = f"/v1/missions/{mission['id']}/dossier"
    for reader in (actors.state("GIN"), actors.of("committee_chair"), actors.of("oct")):
        for refused in (path, f"{path}/versions", f"{path}/versions/1"):
            assert refusal(await reader.get(refused)) == (403, "forbidden")
    nowhere = f"/v1/missions/{uuid4()}/dossier"
    assert refusal(await officer.post(nowhere)) == (404, "not-found")
    assert refusal(await officer.get(f"{nowhere}/versions")) == (404, "not-found")


async def breaker_open(officer: httpx.AsyncClient) -> float:
    """What the metric says of the breaker."""
    metrics = (await officer.get("/metrics")).text
    name = 'ctc_upstream_breaker_open{upstream="assessment"} '
    (line,) = [line for line in metrics.splitlines() if line.startswith(name)]
    return float(line.removeprefix(name))
