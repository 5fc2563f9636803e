"""Itineraries: built item by item, in the time of the place, seen by whoever may see them."""

from datetime import date, timedelta
from uuid import uuid4

import httpx

from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    done,
    fields_of,
    refusal,
)
from tests.service.visits.programmes import at, ids_of, item_body, mission_with_team, planned_item


async def test_a_programme_is_built_item_by_item_and_read_in_order(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "UGA")
    first, second = ids_of(mission)
    path = f"/v1/missions/{mission['id']}/itinerary"
    late = await planned_item(actors, mission, 2)
    answer = await officer.post(
        path,
        json={
            "kind": "travel",
            "title": "New York to Nairobi",
            "starts_at": at(mission, 0, "22:00", "America/New_York"),
            "ends_at": at(mission, 1, "20:00"),
            "participants": [first],
        },
    )
    flight = await done(answer)
    assert answer.headers["location"] == f"/v1/itinerary-items/{flight['id']}"
    assert await done(await officer.get(answer.headers["location"])) == flight
    assert late["starts_at"] == {
        "local": f"{at(mission, 2, '09:00')['local']}:00",
        "time_zone": "Africa/Nairobi",
        "instant": f"{at(mission, 2, '06:00')['local']}:00Z",
    }
    clashing = await planned_item(actors, mission, 2, "10:00", "11:00", participants=[first])
    listed = (await done(await officer.get(path)))["items"]
    assert [item["id"] for item in listed] == [flight["id"], late["id"], clashing["id"]]
    overlap = {"kind": "overlap", "officer_id": first, "name": "A. Legal"}
    assert listed[1]["flags"] == [overlap | {"item_id": clashing["id"]}]
    assert listed[2]["flags"] == clashing["flags"] == [overlap | {"item_id": late["id"]}]
    assert listed[2]["participants"] == [{"officer_id": first, "name": "A. Legal"}]
    only = (await done(await officer.get(path, params={"officer_id": second})))["items"]
    assert [item["id"] for item in only] == [late["id"]]
    exported = await officer.get(f"{path}/export", params={"format": "csv"})
    assert f"overlap A. Legal {late['id']}" in exported.text


async def test_items_change_one_by_one_and_nobodys_change_is_lost(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "RWA")
    legal, border = ids_of(mission)
    item = await planned_item(actors, mission, participants=[legal])
    path, first = f"/v1/itinerary-items/{item['id']}", {"If-Match": '"1"'}
    later = {"starts_at": at(mission, 1, "09:30"), "title": "Ministry of Interior"}
    changed = await done(await officer.patch(path, json=later, headers=first))
    assert (changed["title"], changed["ends_at"]) == ("Ministry of Interior", item["ends_at"])
    assert changed["starts_at"]["local"].endswith("09:30:00")
    assert refusal(await officer.patch(path, json=later, headers=first)) == STALE
    assert refusal(await officer.delete(path, headers=first)) == STALE
    assert (await officer.delete(path)).status_code == 428
    backwards = {"ends_at": at(mission, 1, "08:00"), "participants": [legal, str(uuid4())]}
    second = {"If-Match": '"2"'}
    assert fields_of(await officer.patch(path, json=backwards, headers=second)) == [
        "body.ends_at",
        "body.participants.1",
    ]
    smaller = {"team": [{"officer_id": border, "role": "lead"}], "reason": "Elections."}
    shifted = str(date.fromisoformat(mission["starts_on"]) - timedelta(days=3))
    await done(
        await officer.patch(
            f"/v1/missions/{mission['id']}",
            json=smaller | {"starts_on": shifted, "ends_on": shifted},
            headers=first,
        )
    )
    kinds = [flag["kind"] for flag in (await done(await officer.get(path)))["flags"]]
    assert kinds == ["outside_visit", "not_on_team"]
    assert (await officer.delete(path, headers=second)).status_code == 204
    gone = await done(await officer.get(path))
    assert (gone["status"], gone["version"], gone["flags"]) == ("cancelled", 3, [])
    programme = f"/v1/missions/{mission['id']}/itinerary"
    assert (await done(await officer.get(programme)))["items"] == []
    taken_off = await done(await officer.get(programme, params={"status": "cancelled"}))
    assert taken_off["items"] == [gone]
    third = {"If-Match": '"3"'}
    assert refusal(await officer.patch(path, json=later, headers=third)) == CONFLICT
    assert refusal(await officer.delete(path, headers=third)) == ILLEGAL


async def test_every_fault_of_an_item_is_named_at_once(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "BDI")
    path = f"/v1/missions/{mission['id']}/itinerary"
    wrong = {
        "kind": "consultation",
        "starts_at": at(mission, 0, "09:00"),
        "ends_at": at(mission, 0, "08:00"),
        "participants": [str(uuid4())],
    }
    body = item_body(mission)
    assert fields_of(await officer.post(path, json=body | wrong)) == [
        "body.ends_at",
        "body.starts_at.local",
        "body.ends_at.local",
        "body.participants.0",
        "body.consultation_id",
    ]
    unreadable = {
        "kind": "courtesy",
        "title": " ",
        "starts_at": {"local": "2020-05-04T09:00:30", "time_zone": "Africa/Atlantis"},
        "ends_at": {"local": "2020-05-04T09:00Z", "time_zone": "../etc/passwd"},
    }
    assert fields_of(await officer.post(path, json=body | unreadable)) == [
        "body.kind",
        "body.title",
        "body.starts_at.local",
        "body.starts_at.time_zone",
        "body.ends_at.local",
        "body.ends_at.time_zone",
    ]
    stray = body | {"consultation_id": str(uuid4())}
    assert fields_of(await officer.post(path, json=stray)) == ["body.consultation_id"]
    unasked = stray | {"kind": "consultation"}
    assert fields_of(await officer.post(path, json=unasked)) == ["body.consultation_id"]
    unknown = f"/v1/missions/{uuid4()}/itinerary"
    assert refusal(await officer.post(unknown, json=body)) == (404, "not-found")


async def test_experts_are_on_the_programme_at_the_states_behest_alone(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "AGO")
    state = actors.state("AGO")
    wish = {"sector": "academia", "experts": ["Agostinho Neto University"], "topics": ["Law"]}
    asked = await done(await state.post(f"/v1/missions/{mission['id']}/consultations", json=wish))
    meeting = {"kind": "consultation", "consultation_id": asked["id"]}
    item = await planned_item(actors, mission, **meeting)
    path = f"/v1/itinerary-items/{item['id']}"
    assert (item["consultation_id"], item["flags"]) == (asked["id"], [])
    withdrawal = f"/v1/consultations/{asked['id']}/withdrawal"
    await done(await state.post(withdrawal, json={"reason": "They travel."}))
    flagged = await done(await officer.get(path))
    assert [flag["kind"] for flag in flagged["flags"]] == ["not_at_behest"]
    first = {"If-Match": '"1"'}
    kept = await officer.patch(path, json={"title": "Lecture"}, headers=first)
    assert fields_of(kept) == ["body.consultation_id"]
    changed = await officer.patch(path, json={"kind": "site_visit"}, headers=first)
    assert (await done(changed))["consultation_id"] is None


async def test_a_cancelled_visit_keeps_its_programme_as_it_was(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await mission_with_team(actors, "SSD")
    item = await planned_item(actors, mission)
    record = f"/v1/missions/{mission['id']}"
    await done(await officer.post(f"{record}/cancellation", json={"reason": "Travel ban."}))
    path, first = f"/v1/itinerary-items/{item['id']}", {"If-Match": '"1"'}
    for refused in (
        await officer.post(f"{record}/itinerary", json=item_body(mission)),
        await officer.patch(path, json={"title": "Other"}, headers=first),
        await officer.delete(path, headers=first),
    ):
        assert refusal(refused) == CONFLICT


async def test_the_state_sees_its_programme_without_the_teams_own_business(
    actors: Actors,
) -> None:
    mission = await mission_with_team(actors, "DJI", confidential=True)
    path = f"/v1/missions/{mission['id']}/itinerary"
    shown = await planned_item(actors, mission)
    assert shown["confidential"], "a visit's confidentiality is its programme's"
    internal = await planned_item(actors, mission, kind="internal", title="Debriefing")
    state = actors.state("DJI")
    listed = (await done(await state.get(path)))["items"]
    assert [(item["id"], item["flags"]) for item in listed] == [(shown["id"], [])]
    hidden = f"/v1/itinerary-items/{internal['id']}"
    assert refusal(await state.get(hidden)) == (404, "not-found")
    exported = await state.get(f"{path}/export", params={"format": "json"})
    assert "Debriefing" not in exported.text
    assert len((await done(await actors.of("committee_member").get(path)))["items"]) == 2
    other = actors.state("UGA")
    for hidden in (path, f"/v1/itinerary-items/{shown['id']}"):
        assert refusal(await other.get(hidden)) == (404, "not-found")
