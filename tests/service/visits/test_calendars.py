"""Calendars: per visit and per person, by token and by secret address."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from icalendar import Calendar

from shared.embedded.stack import Stack
from tests.service.visits.actors import CONFLICT, STALE, Actors, Body, done, fields_of, refusal
from tests.service.visits.programmes import at, ids_of, mission_with_team, planned_item
from tests.support.stacks import client_of


def events_in(answer: httpx.Response) -> dict[str, Any]:
    """The events of a calendar, by their UIDs."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    parsed = Calendar.from_ical(answer.content)
    return {str(event["UID"]): event for event in parsed.walk("VEVENT")}


async def issued(actors: Actors, client: httpx.AsyncClient, **fields: object) -> Body:
    body = {"expires_on": str(await actors.today() + timedelta(days=30))} | fields
    return await done(await client.post("/v1/calendar-feeds", json=body))


async def test_a_visits_calendar_follows_its_programme(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "ZMB")
    item = await planned_item(actors, mission)
    path = f"/v1/missions/{mission['id']}/calendar.ics"
    first = await officer.get(path)
    events = events_in(first)
    assert set(events) == {mission["id"], item["id"]}
    assert events[item["id"]]["DTSTART"].params["TZID"] == "Africa/Nairobi"
    assert events[item["id"]]["LOCATION"] == "Harambee Avenue"
    known = {"If-None-Match": first.headers["etag"]}
    again = await officer.get(path, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    version = {"If-Match": '"1"'}
    record = f"/v1/itinerary-items/{item['id']}"
    later = {"ends_at": at(mission, 1, "12:00")}
    await done(await officer.patch(record, json=later, headers=version))
    changed = events_in(await officer.get(path, headers=known))
    assert changed[item["id"]]["SEQUENCE"] == events[item["id"]]["SEQUENCE"] + 1
    assert changed[item["id"]]["LAST-MODIFIED"].dt >= events[item["id"]]["LAST-MODIFIED"].dt
    assert (await officer.delete(record, headers={"If-Match": '"2"'})).status_code == 204
    removed = events_in(await officer.get(path))
    assert [removed[key]["STATUS"] for key in (mission["id"], item["id"])] == [
        "CONFIRMED",
        "CANCELLED",
    ]
    cancellation = f"/v1/missions/{mission['id']}/cancellation"
    await done(await officer.post(cancellation, json={"reason": "Travel ban."}))
    assert events_in(await officer.get(path))[mission["id"]]["STATUS"] == "CANCELLED"


async def test_each_sees_in_a_calendar_what_is_for_them(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "ZWE", confidential=True)
    shown = await planned_item(actors, mission)
    internal = await planned_item(actors, mission, 2, kind="internal", title="Debriefing")
    path = f"/v1/missions/{mission['id']}/calendar.ics"
    everything = {mission["id"], shown["id"], internal["id"]}
    assert set(events_in(await officer.get(path))) == everything
    assert events_in(await officer.get(path))[mission["id"]]["CLASS"] == "CONFIDENTIAL"
    state = actors.state("ZWE")
    assert set(events_in(await state.get(path))) == everything - {internal["id"]}
    feed = await issued(actors, state, mission_id=mission["id"])
    async with httpx.AsyncClient(base_url=state.base_url) as program:
        assert set(events_in(await program.get(feed["address"]))) == everything - {internal["id"]}
    assert refusal(await actors.state("ZMB").get(path)) == (404, "not-found")
    wanted = {"mission_id": mission["id"], "expires_on": feed["expires_on"]}
    other = await actors.state("ZMB").post("/v1/calendar-feeds", json=wanted)
    assert fields_of(other) == ["body.mission_id"]


async def test_a_persons_calendar_has_the_visits_and_items_that_it_takes_part_in(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "MOZ")
    legal, border = ids_of(mission)
    with_all = await planned_item(actors, mission)
    alone = await planned_item(actors, mission, 2, participants=[border])
    await planned_item(actors, mission, 3, participants=[legal])
    async with client_of(stack, "visits", "cted_officer", subject="MOZ-b") as person:
        own = events_in(await person.get("/v1/calendar.ics"))
        assert set(own) == {mission["id"], with_all["id"], alone["id"]}
        feed = await issued(actors, person)
        async with httpx.AsyncClient(base_url=person.base_url) as program:
            assert set(events_in(await program.get(feed["address"]))) == set(own)
            of_visit = await issued(actors, person, mission_id=mission["id"])
            assert (await program.get(of_visit["address"])).status_code == 200
            entry = f"/v1/officers/{border}"
            left = {"active": False}
            await done(await officer.patch(entry, json=left, headers={"If-Match": '"1"'}))
            for address in (feed["address"], of_visit["address"]):
                assert refusal(await program.get(address)) == (404, "not-found")
    assert own[alone["id"]]["DESCRIPTION"].splitlines()[1] == "Team: B. Border"
    assert refusal(await officer.get("/v1/calendar.ics")) == (404, "not-found")
    wanted = {"expires_on": feed["expires_on"]}
    unknown = await officer.post("/v1/calendar-feeds", json=wanted)
    assert fields_of(unknown) == ["body.mission_id"]


async def test_a_secret_address_is_shown_once_and_ends(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "MWI")
    key = {"Idempotency-Key": str(uuid4())}
    body = {"mission_id": mission["id"], "expires_on": str(await actors.today())}
    first, second = [
        await done(await officer.post("/v1/calendar-feeds", json=body, headers=key))
        for _ in range(2)
    ]
    assert first["address"] != second["address"], "an answer that holds a secret is not kept"
    record = f"/v1/calendar-feeds/{first['id']}"
    settings = await done(await officer.get(record))
    assert settings == {name: first[name] for name in first.keys() - {"address"}}
    listed = await officer.get("/v1/calendar-feeds", params={"mission_id": mission["id"]})
    assert settings in listed.json()["items"]
    token = first["address"].removeprefix("/v1/calendar-feeds/").removesuffix(".ics")
    assert token not in listed.text
    chair = actors.of("committee_chair")
    assert refusal(await chair.get(record)) == (404, "not-found")
    assert refusal(await chair.delete(record, headers={"If-Match": '"1"'})) == (404, "not-found")
    assert (await actors.of("cted_lead").get(record)).status_code == 200
    async with httpx.AsyncClient(base_url=officer.base_url) as program:
        read = await program.get(first["address"])
        known = {"If-None-Match": f"W/{read.headers['etag']}"}
        assert mission["id"] in events_in(read)
        assert (await program.get(first["address"], headers=known)).status_code == 304
        assert refusal(await officer.delete(record, headers={"If-Match": '"7"'})) == STALE
        assert (await officer.delete(record, headers={"If-Match": '"1"'})).status_code == 204
        assert refusal(await officer.delete(record, headers={"If-Match": '"2"'})) == CONFLICT
        assert (await program.get(first["address"])).status_code == 404
        assert (await program.get(second["address"])).status_code == 200
        await actors.advance_to(await actors.today() + timedelta(days=1))
        refusals = []
        for address in (first["address"], second["address"], f"/v1/calendar-feeds/{'x' * 43}.ics"):
            answer = await program.get(address)
            refusals.append(answer.json() | {"instance": "", "request_id": ""})
            assert answer.status_code == 404
    assert refusals[0] == refusals[1] == refusals[2]
    log = (stack.run_directory / "visits.log").read_text("utf-8")
    assert "/v1/calendar-feeds/{token}.ics" in log
    assert token not in log


@pytest.mark.parametrize("days", [-1, 401])
async def test_an_address_that_holds_too_long_is_refused_with_all_else_that_is_wrong(
    actors: Actors, days: int
) -> None:
    body = {"expires_on": str(await actors.today() + timedelta(days=days))}
    answer = await actors.of("committee_member").post("/v1/calendar-feeds", json=body)
    assert fields_of(answer) == ["body.expires_on", "body.mission_id"]
