"""Trends that bear on whom to visit: recorded, revised, closed and found."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from services.assessment.events import TrendClosed, TrendIdentified, TrendRevised
from shared.embedded.stack import Stack
from tests.service.assessment.products import faulty
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
TREND = {
    "title": "Financing through virtual assets",
    "description": "Small sums are moved through exchanges without a licence.",
    "kind": "emerging_issue",
    "theme": "countering-financing",
    "resolutions": [2462],
    "severity": "high",
    "source_kind": "research_network",
    "source_reference": "Open briefing of the Committee",
    "observed_from": "2019-06-01",
}


async def recorded(officer: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await officer.post("/v1/trends", json=TREND | {"member_states": ["KEN"]} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_trend_bears_on_every_state_of_its_regions(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    answer = await officer.post(
        "/v1/trends", json=TREND | {"regions": ["Central Asia"], "member_states": ["KEN"]}
    )
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (await officer.get(answer.headers["location"])).json() == answer.json()
    event = await read_event(stack, TrendIdentified, trend_id=answer.json()["id"])
    assert event["data"]["member_states"] == ["KAZ", "KEN", "KGZ", "TJK", "TKM", "UZB"]
    assert (event["data"]["kind"], event["subject"]) == ("emerging_issue", "programme")


async def test_all_that_contradicts_itself_is_named_at_once(officer: httpx.AsyncClient) -> None:
    tomorrow = str(date.today() + timedelta(days=400))  # noqa: DTZ011 - beyond any time zone
    answer = await officer.post(
        "/v1/trends", json=TREND | {"observed_from": tomorrow, "observed_until": "2019-01-01"}
    )
    assert faulty(answer) == ["body.member_states", "body.observed_from", "body.observed_until"]
    unknown = {"regions": ["Middle Earth"], "theme": "x", "kind": "rumour", "resolutions": [1]}
    assert faulty(await officer.post("/v1/trends", json=TREND | unknown)) == [
        "body.kind", "body.theme", "body.resolutions.0", "body.regions.0",
    ]  # fmt: skip


async def test_a_revision_is_told_if_what_the_trend_bears_on_changes(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    trend = await recorded(officer, regions=["Central Asia"])
    path = f"/v1/trends/{trend['id']}"
    assert (await officer.patch(path, json={"severity": "low"})).status_code == 428
    reworded = await officer.patch(
        path, json={"title": "Financing, reworded"}, headers={"If-Match": '"1"'}
    )
    assert (reworded.status_code, reworded.headers["etag"]) == (200, '"2"')
    stale = await officer.patch(path, json={"severity": "low"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    revised = await officer.patch(
        path, json={"severity": "critical", "member_states": ["UGA"]}, headers={"If-Match": '"2"'}
    )
    assert (revised.json()["member_states"], revised.json()["regions"]) == (["UGA"], [])
    nowhere = await officer.patch(path, json={"member_states": []}, headers={"If-Match": '"3"'})
    assert faulty(nowhere) == ["body.member_states"]
    told = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == TrendRevised.type and event["data"]["trend_id"] == trend["id"]
        ),
        1,
    )
    assert told[0]["data"]["member_states"] == ["UGA"], "the new words alone are not told"
    assert told[0]["data"]["severity"] == "critical"


async def test_a_trend_is_closed_once_with_the_reason(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    trend = await recorded(officer)
    path = f"/v1/trends/{trend['id']}"
    assert faulty(await officer.post(f"{path}/closure", json={"reason": ""})) == ["body.reason"]
    closed = await officer.post(f"{path}/closure", json={"reason": "No case in three years."})
    assert (closed.json()["status"], closed.headers["etag"]) == ("closed", '"2"')
    again = await officer.post(f"{path}/closure", json={"reason": "Once more."})
    assert (again.status_code, again.json()["type"]) == (409, "urn:ctc:problem:illegal-transition")
    late = await officer.patch(path, json={"severity": "low"}, headers={"If-Match": '"2"'})
    assert late.status_code == 409
    event = await read_event(stack, TrendClosed, trend_id=trend["id"])
    assert event["data"]["closed_on"] == closed.json()["closed_on"]


async def test_trends_are_found_by_what_they_are_and_when_and_where(
    officer: httpx.AsyncClient,
) -> None:
    old = await recorded(
        officer, kind="event", theme="aviation", resolutions=[2309], severity="critical",
        source_kind="member_state", regions=["Polynesia"], member_states=[],
        observed_from="2011-03-01", observed_until="2011-05-31",
    )  # fmt: skip
    lasting = await recorded(officer, theme="aviation", severity="low", observed_from="2011-05-01")
    await officer.post(f"/v1/trends/{lasting['id']}/closure", json={"reason": "It is over."})

    async def found(**query: str) -> list[str]:
        answer = await officer.get("/v1/trends", params={"theme": "aviation"} | query)
        assert answer.status_code == 200, answer.text
        return [trend["id"] for trend in answer.json()["items"]]

    assert await found(sort="severity") == [lasting["id"], old["id"]]
    assert await found(sort="-severity") == [old["id"], lasting["id"]]
    assert await found(sort="observed_from") == [old["id"], lasting["id"]]
    for query, only in (
        ({"kind": "event"}, old),
        ({"severity": "critical"}, old),
        ({"source_kind": "member_state"}, old),
        ({"resolution": "2309"}, old),
        ({"member_state": "WSM"}, old),
        ({"region": "Oceania"}, old),
        ({"region": "Eastern Africa"}, lasting),
        ({"member_state": "KEN"}, lasting),
        ({"status": "open"}, old),
        ({"status": "closed"}, lasting),
        ({"observed_since": "2011-06-01"}, lasting),
        ({"observed_before": "2011-05-01"}, old),
    ):
        assert await found(**query) == [only["id"]], query
    assert set(await found(observed_since="2011-05-31", observed_before="2011-05-02")) == {
        old["id"], lasting["id"],
    }  # fmt: skip
    assert await found(observed_since="2011-06-01", status="open") == []
    first = await officer.get(
        "/v1/trends", params={"theme": "aviation", "sort": "-severity", "limit": "1"}
    )
    cursor = first.json()["next_cursor"]
    assert await found(sort="-severity", cursor=cursor) == [lasting["id"]]
    refused = await officer.get("/v1/trends", params={"region": "Atlantis", "severity": "dire"})
    assert faulty(refused) == ["query.severity", "query.region"]


async def test_trends_are_for_those_who_share_findings_and_cteds_to_record(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    trend = await recorded(officer)
    path = f"/v1/trends/{trend['id']}"
    claims = {"member_state": {"member_state": "KEN"}, "partner": {"organisation": "UNODC"}}
    for role, may_read in (
        ("committee_member", True), ("oct", True), ("un_entity", True), ("partner", True),
        ("member_state", True), ("civil_society", False), ("operator", False),
    ):  # fmt: skip
        async with client_of(stack, "assessment", role, **claims.get(role, {})) as client:
            assert (await client.get(path)).status_code == (200 if may_read else 403), role
            assert (await client.post("/v1/trends", json=TREND)).status_code == 403, role
            closing = await client.post(f"{path}/closure", json={"reason": "Not ours."})
            assert closing.status_code == 403, role
            changing = await client.patch(path, json={}, headers={"If-Match": '"1"'})
            assert changing.status_code == 403, role
