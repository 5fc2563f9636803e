"""Recurring obligations: planned by themselves, announced once, delivered with evidence."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from services.notifications.events import BriefingDue
from shared.embedded.stack import Stack
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(90)


async def test_a_years_briefings_are_planned_announced_once_and_delivered(
    stack: Stack,
    officer: httpx.AsyncClient,
    chair: httpx.AsyncClient,
    today: Callable[[], Awaitable[date]],
    pass_days: Callable[[int], Awaitable[None]],
) -> None:
    year = (await today()).year + 1
    await pass_days((date(year, 2, 1) - await today()).days)
    page = await eventually(
        officer,
        "/v1/briefings",
        lambda page: sum(b["due_on"].startswith(str(year)) for b in page["items"]) == 4,
        limit="200",
    )
    briefings = [b for b in page["items"] if b["due_on"].startswith(str(year))]
    assert sorted((b["due_on"], b["paragraph"], b["owner"]) for b in briefings) == [
        (f"{year}-06-30", 32, "oct"),
        (f"{year}-12-31", 13, "committee_chair"),
        (f"{year}-12-31", 15, "cted_lead"),
        (f"{year}-12-31", 32, "oct"),
    ]
    assert {b["status"] for b in briefings} == {"planned"}

    review = next(b for b in briefings if b["paragraph"] == 15)
    report = next(b for b in briefings if b["paragraph"] == 13)
    path = f"/v1/briefings/{review['id']}/delivery"
    evidence = {"evidence": "S/2027/100"}
    assert (await chair.post(path, json=evidence)).status_code == 403
    async with client_of(stack, "notifications", "member_state", member_state="FJI") as state:
        assert (await state.post(path, json=evidence)).status_code == 403
    empty = await officer.post(path, json={"evidence": " "})
    assert [fault["field"] for fault in empty.json()["errors"]] == ["body.evidence"]
    given = await officer.post(path, json=evidence, headers={"If-Match": '"1"'})
    assert (given.json()["status"], given.json()["evidence"]) == ("delivered", "S/2027/100")
    assert given.json()["delivered_on"] == str(await today())
    assert (await officer.post(path, json=evidence)).status_code == 409

    await pass_days((date(year, 12, 2) - await today()).days)
    due = await read_event(stack, BriefingDue, briefing_id=report["id"])
    assert (due["data"]["owner"], due["data"]["due_on"]) == ("committee_chair", f"{year}-12-31")
    expected = [b["id"] for b in briefings if b["id"] != review["id"]]
    announced = await read_events(
        stack,
        "ctc.notifications",
        lambda event: (
            event["type"] == BriefingDue.type
            and event["data"]["briefing_id"] in [*expected, review["id"]]
        ),
        len(expected),
    )
    assert Counter(event["data"]["briefing_id"] for event in announced) == Counter(expected)
    by_chair = await chair.post(f"/v1/briefings/{report['id']}/delivery", json=evidence)
    assert by_chair.json()["status"] == "delivered"
    remaining = await eventually(
        officer,
        "/v1/briefings",
        lambda page: len(page["items"]) >= 2,
        status="due",
        due_before=f"{year + 1}-01-01",
    )
    assert {b["owner"] for b in remaining["items"] if b["due_on"].startswith(str(year))} == {"oct"}


async def test_a_restart_plans_nothing_twice(stack: Stack, officer: httpx.AsyncClient) -> None:
    # The first year is planned once the service is up, so a fresh stack may not have it yet.
    page = await eventually(officer, "/v1/briefings", lambda page: page["items"], limit="200")
    before = page["items"]
    stack.kill("notifications")
    await stack.start_service("notifications")
    after = (await officer.get("/v1/briefings", params={"limit": "200"})).json()["items"]
    assert [b["id"] for b in after] == [b["id"] for b in before]
