"""Processes are killed while the cycle is walked; afterwards every effect is there exactly once."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from uuid import UUID

import asyncpg
import httpx
import pytest

from shared.embedded.event_log import EventLog
from shared.embedded.stack import Stack
from shared.embedded.walk import World, walk_the_cycle
from shared.events.topics import SERVICES
from tests.journeys.test_the_yearly_cycle import Recorder
from tests.support.stacks import client_of, running

KILLS = 20
QUIET_SECONDS = 120
pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]


class Acknowledged:
    """What the services told the walk that they had created."""

    def __init__(self) -> None:
        self.records: set[str] = set()

    async def note(self, response: httpx.Response) -> None:
        """Keep where an acknowledged creation is."""
        location = response.headers.get("location")
        if response.status_code == 201 and location and "/v1/subscriptions/" not in location:
            self.records.add(str(response.url.join(location)))


async def torment(stack: Stack, service: str, chance: random.Random) -> None:
    """Kill the service at random points: while it starts and, every other time, at its work."""
    for kill in range(KILLS):
        if kill % 2 == 0:
            await stack.service_ready(service)
        await asyncio.sleep(chance.uniform(0.2, 4))
        stack.kill(service)
        stack.launch_service(service)
    await stack.service_ready(service)


async def lose_the_broker(stack: Stack, chance: random.Random) -> None:
    """Restart the broker, which forgets everything, once in the middle of it all."""
    await asyncio.sleep(chance.uniform(15, 25))
    stack.broker.stop()
    await stack.broker.start()


async def walk_until(stack: Stack, done: asyncio.Event, seen: Acknowledged) -> int:
    """Walk the cycle again and again until the faults are over; how often it was walked."""
    walks = 0
    async with httpx.AsyncClient(timeout=10, event_hooks={"response": [seen.note]}) as http:
        while not done.is_set():
            events = EventLog(stack.bootstrap_servers)
            world = World(stack.urls, stack.token, events, Recorder(), http, patience_seconds=300)
            await walk_the_cycle(world)
            walks += 1
    return walks


@asynccontextmanager
async def database_of(stack: Stack, service: str) -> AsyncIterator[asyncpg.Connection]:
    """The service's own database, as its operator sees it."""
    url = stack.database_urls[service].replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def committed(stack: Stack) -> dict[UUID, str]:
    """Every committed event's id and type."""
    events: dict[UUID, str] = {}
    for service in SERVICES:
        async with database_of(stack, service) as database:
            rows = await database.fetch("SELECT event_id, type FROM outbox")
            events.update({row["event_id"]: row["type"] for row in rows})
    return events


def subscribed(service: str) -> set[str]:
    """The event types that the service reacts to."""
    handlers = import_module(f"services.{service}.handlers")
    return {event.type for event in handlers.SUBSCRIPTIONS}


async def wait_for_every_effect(stack: Stack) -> dict[UUID, str]:
    """Return once each consumer has recorded each committed event that concerns it."""
    missing: dict[str, set[UUID]] = {}
    for _ in range(QUIET_SECONDS * 2):
        events = await committed(stack)
        for service in SERVICES:
            async with database_of(stack, service) as database:
                handled = {
                    r["event_id"] for r in await database.fetch("SELECT event_id FROM inbox")
                }
            kinds = subscribed(service)
            wanted = {event_id for event_id, kind in events.items() if kind in kinds}
            missing[service] = wanted - handled
        if not any(missing.values()):
            return events
        await asyncio.sleep(0.5)
    lost = {
        service: sorted(events[event_id] for event_id in ids) for service, ids in missing.items()
    }
    raise AssertionError(f"lost: {lost}")


@pytest.fixture(scope="module")
async def stormed() -> AsyncIterator[tuple[Stack, Acknowledged, dict[UUID, str]]]:
    """The system after the storm, once it is quiet, with every event committed in it."""
    chance = random.Random(1373)
    done, seen = asyncio.Event(), Acknowledged()
    async with running(*SERVICES) as stack:
        walking = asyncio.create_task(walk_until(stack, done, seen))
        await asyncio.gather(
            lose_the_broker(stack, chance),
            *(torment(stack, service, random.Random(service)) for service in SERVICES),
        )
        done.set()
        assert await walking >= 1
        yield stack, seen, await wait_for_every_effect(stack)


Stormed = tuple[Stack, Acknowledged, dict[UUID, str]]


async def test_nothing_that_was_acknowledged_is_lost(stormed: Stormed) -> None:
    stack, seen, _ = stormed
    assert len(seen.records) > 50
    lost = []
    for service in SERVICES:
        async with client_of(stack, service, "cted_lead") as client:
            for url in sorted(seen.records):
                if url.startswith(stack.urls[service]) and (await client.get(url)).is_error:
                    lost.append(url)
    assert lost == []


async def test_no_event_was_announced_twice(stormed: Stormed) -> None:
    """One state change is one event: its id in the data stands in one event of its type only."""
    stack, _, _ = stormed
    own_id = {
        "survey-issued": "survey_id",
        "response-submitted": "survey_id",
        "assessment-completed": "assessment_id",
        "gap-identified": "gap_id",
        "recommendation-issued": "recommendation_id",
        "trend-identified": "trend_id",
        "product-published": "product_id",
        "visit-list-adopted": "visit_list_id",
        "consent-requested": "consent_id",
        "consent-given": "consent_id",
        "consent-declined": "consent_id",
        "visit-scheduled": "mission_id",
        "visit-completed": "mission_id",
        "report-drafted": "report_id",
        "report-submitted": "report_id",
        "follow-up-due": "follow_up_id",
        "follow-up-reported": "follow_up_id",
        "follow-up-verified": "follow_up_id",
        "follow-up-considered": "follow_up_id",
        "follow-up-visit-recommended": "follow_up_id",
        "follow-up-assistance-recommended": "follow_up_id",
        "invitation-requested": "invitation_request_id",
        "need-opened": "need_id",
        "match-proposed": "match_id",
        "match-accepted": "match_id",
        "match-declined": "match_id",
        "project-started": "project_id",
        "project-completed": "project_id",
        "deadline-approaching": "deadline_id",
        "deadline-missed": "deadline_id",
        "invitation-issued": "invitation_id",
        "briefing-due": "briefing_id",
    }
    doubled: list[str] = []
    counted = 0
    for service in SERVICES:
        async with database_of(stack, service) as database:
            for row in await database.fetch(
                "SELECT type, payload::jsonb->'data' AS data FROM outbox"
            ):
                kind = row["type"].split(".")[4]
                if kind in own_id:
                    counted += 1
            for kind, name in own_id.items():
                rows = await database.fetch(
                    "SELECT payload::jsonb->'data'->>$1 AS id, count(*) AS n FROM outbox"
                    " WHERE type LIKE '%.' || $2 || '.v1' GROUP BY 1 HAVING count(*) > 1",
                    name,
                    kind,
                )
                doubled += [f"{kind} {row['id']} {row['n']} times" for row in rows]
    assert counted > 200
    assert doubled == []


async def test_every_effect_is_there_once(stormed: Stormed) -> None:
    stack, _, events = stormed
    doubled = {}
    queries = {
        "notifications": "SELECT event_id AS id, count(DISTINCT id) - count(DISTINCT (party,"
        " to_member_state, to_organisation)) AS extra FROM messages GROUP BY 1",
        "assistance": "SELECT recommendation_id AS id, count(*) - 1 AS extra FROM needs"
        " WHERE recommendation_id IS NOT NULL GROUP BY 1",
    }
    for service, query in queries.items():
        async with database_of(stack, service) as database:
            rows = await database.fetch(query)
        assert rows
        doubled[service] = [row["id"] for row in rows if row["extra"]]
    assert doubled == {"notifications": [], "assistance": []}
    async with database_of(stack, "notifications") as database:
        told = {row["event_id"] for row in await database.fetch("SELECT event_id FROM messages")}
    wanted = {event_id for event_id, kind in events.items() if kind in subscribed("notifications")}
    assert wanted - told == set(), "each committed event was told to someone"
    gaps = [event_id for event_id, kind in events.items() if "gap-identified" in kind]
    async with database_of(stack, "visits") as database:
        assert await database.fetchval("SELECT count(*) FROM found_gaps") == len(gaps)


async def test_nothing_was_put_aside_as_unconsumable(stormed: Stormed) -> None:
    stack, _, _ = stormed
    for service in SERVICES:
        async with client_of(stack, service, "operator") as operator:
            letters = (await operator.get("/v1/operations/dead-letters")).json()["items"]
            assert letters == [], service
            outbox = (await operator.get("/v1/operations/outbox")).json()
            assert outbox["backlog"] == 0
