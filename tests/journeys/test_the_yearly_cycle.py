"""The main job, walked over HTTP and events, and what must be true after it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from shared.embedded.event_log import CloudEvent, EventLog
from shared.embedded.stack import Stack
from shared.embedded.walk import World, walk_the_cycle
from shared.embedded.walk.assessing import CONFIDENTIAL, SILENT
from shared.events.topics import SERVICES, dead_letter_topic_of, topic_of
from tests.support.stacks import client_of

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

EXPECTED = {
    "assessment": """survey-issued response-submitted assessment-completed gap-identified
        recommendation-issued recommendation-status-changed trend-identified product-published""",
    "visits": """visit-list-adopted visit-list-changed consent-requested consent-given
        consent-declined visit-scheduled visit-clash-flagged consultation-requested
        visit-completed report-drafted report-stage-entered fact-check-requested
        fact-check-ended report-considered report-submitted follow-up-due
        follow-up-reported follow-up-verified follow-up-considered follow-up-visit-recommended
        follow-up-assistance-recommended invitation-requested""",
    "assistance": """need-opened match-proposed match-accepted match-declined project-started
        project-completed impact-assessed""",
    "notifications": """deadline-approaching deadline-missed briefing-due invitation-issued
        invitation-answered""",
}


class Recorder:
    """A narrator that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ranks: list[dict[str, Any]] = []

    def chapter(self, title: str) -> None:
        self.lines.append(title)

    def tell(self, line: str) -> None:
        self.lines.append(line)

    def ranking(self, ranks: list[dict[str, Any]], names: Mapping[str, str]) -> None:
        self.ranks = ranks


@pytest.fixture(scope="module")
async def walked(stack: Stack) -> World:
    """The system after one walk; every outcome on the way was observed or the walk failed."""
    async with httpx.AsyncClient(timeout=30) as http:
        events = EventLog(stack.bootstrap_servers)
        world = World(stack.urls, stack.token, events, Recorder(), http)
        await walk_the_cycle(world)
    return world


@pytest.fixture(scope="module")
async def events(walked: World) -> dict[str, list[CloudEvent]]:
    return {name: await walked.events.read(topic_of(name)) for name in SERVICES}


async def test_every_event_of_the_cycle_was_published(
    events: dict[str, list[CloudEvent]],
) -> None:
    for service, kinds in EXPECTED.items():
        published = {event["type"] for event in events[service]}
        wanted = {f"org.un.ctc.{service}.{kind}.v1" for kind in kinds.split()}
        assert not wanted - published


async def test_nothing_was_left_unconsumed(walked: World) -> None:
    letters = await walked.events.read(*map(dead_letter_topic_of, SERVICES))
    assert letters == []


async def test_the_follow_up_fell_due_once_twelve_months_after_the_report(
    events: dict[str, list[CloudEvent]],
) -> None:
    (submitted,) = [e for e in events["visits"] if e["type"].endswith(".report-submitted.v1")]
    (due,) = [e for e in events["visits"] if e["type"].endswith(".follow-up-due.v1")]
    on, due_on = submitted["data"]["submitted_on"], due["data"]["due_on"]
    assert int(due_on[:4]) == int(on[:4]) + 1
    assert due_on[5:] == on[5:]
    assert due["subject"] == submitted["subject"]
    assert due["time"][:10] == due_on


async def test_the_ranking_explains_itself(walked: World) -> None:
    recorder = walked.narrator
    assert isinstance(recorder, Recorder)
    assert [rank["position"] for rank in recorder.ranks] == list(range(1, 9))
    for rank in recorder.ranks:
        total = sum(factor["contribution"] for factor in rank["factors"])
        assert total == pytest.approx(rank["score"], abs=0.01)


async def test_events_are_about_their_subject_and_joined_to_their_cause(
    events: dict[str, list[CloudEvent]],
) -> None:
    by_id = {event["id"]: event for of_topic in events.values() for event in of_topic}
    issued: dict[str, str] = {}
    for event in by_id.values():
        if "member_state" in event["data"]:
            assert event["subject"] == event["data"]["member_state"]
        if event["type"].endswith("recommendation-issued.v1"):
            issued[event["data"]["recommendation_id"]] = event["correlationid"]
    opened = [e for e in events["assistance"] if e["type"].endswith("need-opened.v1")]
    followed = [e for e in opened if e["data"]["recommendation_id"] in issued]
    assert followed
    assert any(e["correlationid"] == issued[e["data"]["recommendation_id"]] for e in followed)


async def test_a_need_was_opened_once_for_each_recommendation_that_asks_help(
    events: dict[str, list[CloudEvent]],
) -> None:
    asked = {
        event["data"]["recommendation_id"]
        for event in events["assessment"]
        if event["type"].endswith("recommendation-issued.v1")
        and event["data"]["technical_assistance_needed"]
    }
    opened: dict[str, int] = defaultdict(int)
    for event in events["assistance"]:
        if event["type"].endswith("need-opened.v1"):
            opened[event["data"]["recommendation_id"]] += 1
    assert {key: opened[key] for key in asked} == dict.fromkeys(asked, 1)


@pytest.mark.parametrize("role", ["oct", "un_entity", "partner"])
async def test_what_a_state_keeps_confidential_is_nowhere_to_be_read(
    stack: Stack, walked: World, role: str
) -> None:
    claims = {"organisation": "WCO"} if role == "partner" else {}
    lists = {
        "assessment": ["assessments", "gaps", "recommendations"],
        "assistance": ["needs", "matches", "projects"],
        "notifications": ["messages", "deadlines"],
    }
    for service, names in lists.items():
        async with client_of(stack, service, role, **claims) as client:
            for name in names:
                answer = await client.get(f"/v1/{name}", params={"limit": "200"})
                if answer.status_code != 403:
                    assert answer.status_code == 200, answer.text
                    states = {item["member_state"] for item in answer.json()["items"]}
                    assert CONFIDENTIAL not in states, f"{role} on {service} {name}"


async def test_who_did_not_answer_missed_the_deadline(stack: Stack, walked: World) -> None:
    async with client_of(stack, "notifications", "member_state", member_state=SILENT) as silent:
        params = {"duty": "survey-response", "status": "missed"}
        items = (await silent.get("/v1/deadlines", params=params)).json()["items"]
    assert [item["member_state"] for item in items] == [SILENT]
