"""What a State keeps confidential is nowhere for others: as if it had never been there (¶23).

Two stacks live through the same history, but in one of them nothing confidential ever was. Whatever
others read, ask or try must be answered alike in both.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from services.assessment.events import ResponseReturned
from shared.embedded.event_log import CloudEvent, EventLog
from shared.embedded.stack import Stack
from tests.service.assessment.histories import keep_afterwards, lift_again, live
from tests.service.assessment.steps import Json
from tests.service.assessment.test_strategies import STRATEGY
from tests.service.assessment.walking import Question, Seen, Walk
from tests.service.assessment.worlds import Round, World
from tests.support.stacks import client_of, running
from tests.support.waiting import advance_clock, eventually

pytestmark = pytest.mark.timeout(300)
SEED = 23
OTHERS: dict[str, dict[str, str]] = {
    "oct": {},
    "un_entity": {},
    "service": {},
    "partner": {"organisation": "UNODC"},
    "civil_society": {},
    "member_state": {"member_state": "ZMB"},
}
FILTERED = {"oct": "/", "member_state": "/v1/(roll-ups|markers|products)"}
"""Who asks with every filter, and where: a State's focal points find nothing elsewhere."""
OPEN_AT_FIRST = ("UGA", "MWI")
REQUESTS = "/v1/confidentiality-requests"
BODIES: dict[str, Json] = {
    "PATCH /v1/surveys/{survey_id}/sections/{code}": {
        "json": {"answers": {"L-1": {"value": "yes"}}}
    },
    "POST /v1/surveys/{survey_id}/evidence": {
        "data": {"question": "L-1"},
        "files": {"file": ("law.txt", b"Law", "text/plain")},
    },
    "POST /v1/recommendations/{recommendation_id}/status-changes": {
        "json": {"status": "accepted", "reason": "We do."}
    },
    "PATCH /v1/strategies/{strategy_id}": {"json": {"reason": "We do.", "title": "Ours"}},
}
"""What a State's focal points may send for their own State; the rest is refused before it is read.
"""


@dataclass(frozen=True, slots=True)
class Worlds:
    """The world as it is, and as it would be without what is confidential."""

    real: World
    twin: World
    later: Round
    """UGA's, of which some is kept confidential afterwards."""
    before: dict[Question, Seen]
    """What OCT read of the real world before that."""

    @property
    def both(self) -> tuple[World, World]:
        return self.real, self.twin


async def begin(held: AsyncExitStack, *, whole: bool) -> World:
    """A stack of its own, on a day of its own."""
    stack = await held.enter_async_context(running("assessment"))
    officer, lead = [
        await held.enter_async_context(client_of(stack, "assessment", role))
        for role in ("cted_officer", "cted_lead")
    ]
    await set_day(stack, "2030-05-01")
    return World(stack, officer, lead, whole)


async def set_day(stack: Stack, day: str) -> None:
    url, token = stack.urls["assessment"], stack.token("operator")
    await advance_clock(url, token, f"{day}T09:00:00Z")


@pytest.fixture(scope="module")
async def worlds() -> AsyncIterator[Worlds]:
    async with AsyncExitStack() as held:
        real, twin = await asyncio.gather(begin(held, whole=True), begin(held, whole=False))
        later, _ = await asyncio.gather(live(real, SEED), live(twin, SEED))
        for world in (real, twin):
            # Focal points see of other States no more than years that have ended.
            await set_day(world.stack, "2031-06-01")
        twin.know_the_names_of(real)
        before = await read(real, "oct")
        await keep_afterwards(real, later)
        twin.know_the_names_of(real)
        yield Worlds(real, twin, later, before)


async def walk_of(world: World) -> Walk:
    document = (await world.officer.get("/openapi.json")).json()
    return Walk(world, document["paths"], document["components"]["schemas"])


async def read(
    world: World, role: str, *, filtered: str = "$", files: bool = False
) -> dict[Question, Seen]:
    """What the role reads in the world; with filters where the pattern of paths says so."""
    walk = await walk_of(world)
    asked = walk.questions(filtered, with_files=files)
    return await walk.read(role, OTHERS[role], asked)


def differences(one: dict[Question, Seen], other: dict[Question, Seen]) -> str:
    """Where what was answered in one differs from the other."""
    told = [
        f"{question}\n  {seen.status} {seen.headers} {seen.body}\n"
        f"  {other[question].status} {other[question].headers} {other[question].body}"
        for question, seen in one.items()
        if "/v1/instruments" not in question.path  # whose questions differ in the two worlds
        and (seen.status, seen.headers, seen.body)
        != (other[question].status, other[question].headers, other[question].body)
    ]
    return "\n".join(told[:20])


def leaks(world: World, walk: Walk, answers: Iterable[tuple[Question, Seen]]) -> str:
    """What of the confidential words and ids is in the answers; not what was asked for."""
    found = []
    for question, seen in answers:
        asked = walk.sent(f"{question.path} {question.query}")
        told = [key for key in world.hidden if key not in asked and key in seen.raw]
        told += [word for word in world.words if word in seen.raw]
        found += [f"{question}: {walk.named(known)}" for known in told]
    return "\n".join(found[:20])


@pytest.mark.parametrize("role", OTHERS)
async def test_others_read_what_they_would_if_it_had_never_been_there(
    worlds: Worlds, role: str
) -> None:
    filtered = FILTERED.get(role, "$")
    real, twin = await asyncio.gather(
        *(read(world, role, filtered=filtered, files=role == "oct") for world in worlds.both)
    )
    assert real.keys() == twin.keys()
    told = leaks(worlds.real, await walk_of(worlds.real), real.items())
    assert not told, told
    differing = differences(real, twin)
    assert not differing, differing
    rolled_up = real[Question("/v1/roll-ups")]
    if role != "civil_society":
        assert rolled_up.body["rows"][0]["years"][-1]["score"], "something can be compared"


@pytest.mark.parametrize("role", ["oct", "member_state"])
async def test_who_tries_to_change_what_is_hidden_learns_nothing(worlds: Worlds, role: str) -> None:
    real, twin = await asyncio.gather(*(tried(world, role) for world in worlds.both))
    assert real == twin
    assert {status for status, _ in real.values()} <= {403, 404, 422}
    refused = [asked for asked, (status, _) in real.items() if status == 422]
    assert {path for _, path, _ in refused} <= {REQUESTS}, "BODIES lacks a body for these"


async def tried(world: World, role: str) -> dict[tuple[str, str, str], tuple[int, Json]]:
    """How each change of each record is refused, at a version that it has and one it has not."""
    walk = await walk_of(world)
    found = {}
    async with client_of(world.stack, "assessment", role, **OTHERS[role]) as client:
        for method, path in walk.changes():
            sent = BODIES.get(f"{method} {path}", {"json": {}})
            for filled in walk.filled(path):
                for version in ('"1"', '"99"') if f"{method} {path}" in BODIES else ('"1"',):
                    answer = await client.request(
                        method, walk.sent(filled), headers={"If-Match": version}, **sent
                    )
                    found[method, filled, version] = (answer.status_code, walk.bare(answer.json()))
        for kind, subject in (("survey_id", "survey"), ("recommendation_id", "recommendation")):
            for name, key in world.ids[kind].items():
                body = {"subject": subject, "subject_id": key, "action": "place", "reason": "Why?"}
                answer = await client.post(REQUESTS, json=body)
                found[name, REQUESTS, ""] = (answer.status_code, walk.bare(answer.json()))
    return found


async def test_the_key_of_another_callers_request_gives_nobody_its_answer(worlds: Worlds) -> None:
    key, word = {"Idempotency-Key": "of KEN"}, worlds.real.word()
    body = STRATEGY | {"member_state": "KEN", "confidential": True, "title": word}
    for state, status in (("KEN", 201), ("ZMB", 403)):
        async with client_of(
            worlds.real.stack, "assessment", "member_state", member_state=state
        ) as client:
            answer = await client.post("/v1/strategies", json=body, headers=key)
            assert (answer.status_code, word in answer.text) == (status, status == 201)


async def test_events_tell_nothing_of_it(worlds: Worlds) -> None:
    real, twin = [await events_of(world) for world in worlds.both]
    walk = await walk_of(worlds.real)
    told = Counter(map(walk.named, map(json.dumps, filter(is_open, real))))
    walk = await walk_of(worlds.twin)
    assert told == Counter(map(walk.named, map(json.dumps, filter(is_open, twin))))
    for event in real:
        data = event["data"]
        text = json.dumps(data)
        if data.get("confidential") or data.get("member_state") not in OPEN_AT_FIRST:
            assert not [word for word in worlds.real.words if word in text], event
        if data.get("audience", "committee") != "committee":
            known = {key for key in worlds.real.hidden if key in text} - {data["product_id"]}
            assert not known, event


async def events_of(world: World) -> list[CloudEvent]:
    """All events of the world, once they are out."""
    async with client_of(world.stack, "assessment", "operator") as operator:
        await eventually(operator, "/v1/operations/outbox", lambda body: body["backlog"] == 0)
    known = {key for named in world.ids.values() for key in named.values()}
    return [
        {"type": event["type"], "data": event["data"]}
        for event in await EventLog(world.stack.bootstrap_servers).read("ctc.assessment")
        if not known.isdisjoint(map(str, event["data"].values()))
    ]


def is_open(event: CloudEvent) -> bool:
    """Whether it tells all readers of a State's round of which nothing was open first."""
    data = event["data"]
    state = data.get("member_state")
    withheld = event["type"] == ResponseReturned.type  # its reason is told where nothing is hidden
    return bool(state) and state not in OPEN_AT_FIRST and not data["confidential"] and not withheld


async def test_what_is_lifted_is_there_again_as_it_was(worlds: Worlds) -> None:
    await lift_again(worlds.real, worlds.later)
    differing = differences(worlds.before, await read(worlds.real, "oct"))
    assert not differing, differing
