"""Missions: scheduled on consent, changed, completed or cancelled."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    Body,
    completed_mission,
    done,
    entered_officer,
    fields_of,
    given_consent,
    mission_body,
    refusal,
    requested_consent,
    scheduled_mission,
)
from tests.support.events import read_event, read_events


async def test_a_visit_follows_consent_alone_and_only_once(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "AUT")
    body = await mission_body(actors, consent)
    assert refusal(await officer.post("/v1/missions", json=body)) == CONFLICT
    path = f"/v1/consents/{consent['id']}/answer"
    await done(await actors.state("AUT").post(path, json={"answer": "given"}))
    answers = await asyncio.gather(*(officer.post("/v1/missions", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    unknown = body | {"consent_id": str(uuid4())}
    assert fields_of(await officer.post("/v1/missions", json=unknown)) == ["body.consent_id"]


async def test_every_fault_of_a_schedule_is_named_at_once(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await given_consent(actors, "BEL")
    today = await actors.today()
    legal = await entered_officer(actors)
    own = await entered_officer(actors, name="B. Border", nationalities=["NOR", "BEL"])
    torn = await entered_officer(actors, name="C. Torn", active=False)
    reason = {"member_state": "BEL", "reason": "Family ties."}
    path = f"/v1/officers/{torn['id']}/conflicts"
    await done(await actors.of("cted_lead").post(path, json=reason))
    named = [legal["id"], own["id"], torn["id"], str(uuid4()), legal["id"]]
    body = await mission_body(actors, consent) | {
        "follows_mission_id": str(uuid4()),
        "starts_on": str(today - timedelta(days=1)),
        "ends_on": str(today - timedelta(days=2)),
        "team": [{"officer_id": one, "role": "lead"} for one in named],
        "organisations": [{"organisation": "oct"}, {"organisation": "Office of Counter-Terrorism"}],
    }
    faulty = [
        "body.starts_on",
        "body.ends_on",
        "body.follows_mission_id",
        "body.team.1.officer_id",
        "body.team.2.officer_id",
        "body.team.2.officer_id",
        "body.team.3.officer_id",
        "body.team.4.officer_id",
        "body.team",
        "body.organisations.1.organisation",
    ]
    answer = await officer.post("/v1/missions", json=body)
    assert fields_of(answer) == faulty
    refused = {fault["field"]: fault["message"] for fault in answer.json()["errors"]}
    assert "national of BEL" in refused["body.team.1.officer_id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"team": []}, "body.team"),
        ({"kind": "courtesy"}, "body.kind"),
        ({"modality": "by_post"}, "body.modality"),
        ({"resolutions": [1]}, "body.resolutions.0"),
        ({"themes": ["weather"]}, "body.themes.0"),
        ({"starts_on": "2020-02-30"}, "body.starts_on"),
        ({"ends_on": "9999-12-31"}, "body.ends_on"),
        ({"team": [{"officer_id": "A. Legal", "role": "lead"}]}, "body.team.0.officer_id"),
        ({"organisations": [{"organisation": " "}]}, "body.organisations.0.organisation"),
    ],
)
async def test_bad_input_is_named(
    actors: Actors, officer: httpx.AsyncClient, fields: Body, field: str
) -> None:
    body = {
        "consent_id": str(uuid4()),
        "kind": "comprehensive",
        "starts_on": "2999-01-01",
        "ends_on": "2999-01-02",
        "resolutions": [1373],
        "team": [{"officer_id": str(uuid4()), "role": "lead"}],
    }
    assert fields_of(await officer.post("/v1/missions", json=body | fields)) == [field]


async def test_changed_dates_are_announced_with_a_reason_kept_and_a_changed_team_is_not(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "CHE")
    path = f"/v1/missions/{mission['id']}"
    finance = await entered_officer(actors, name="C. Finance", nationalities=["FJI"])
    change = {
        "modality": "hybrid",
        "themes": ["countering-financing"],
        "team": [{"officer_id": finance["id"], "role": "lead"}],
        "organisations": [{"organisation": "Interpol", "status": "confirmed", "contact": "x@y"}],
    }
    first = {"If-Match": '"1"'}
    changed = await done(await officer.patch(path, json=change, headers=first))
    assert [member["name"] for member in changed["team"]] == ["C. Finance"]
    assert changed["organisations"] == [
        {"organisation": "INTERPOL", "status": "confirmed", "contact": "x@y"}
    ]
    for reader in (actors.state("CHE"), actors.of("oct")):
        (partner,) = (await done(await reader.get(path)))["organisations"]
        assert partner == changed["organisations"][0] | {"contact": None}
    assert (changed["modality"], changed["themes"]) == ("hybrid", ["countering-financing"])
    assert (changed["starts_on"], changed["former_dates"]) == (mission["starts_on"], [])
    assert refusal(await officer.patch(path, json=change, headers=first)) == STALE
    assert (await officer.patch(path, json=change)).status_code == 428
    own = await entered_officer(actors, nationalities=["CHE"])
    day = date.fromisoformat(mission["starts_on"])
    bad = {
        "team": [{"officer_id": own["id"], "role": "expert"}],
        "ends_on": str(day - timedelta(days=1)),
    }
    second = {"If-Match": '"2"'}
    assert fields_of(await officer.patch(path, json=bad, headers=second)) == [
        "body.ends_on",
        "body.reason",
        "body.team.0.officer_id",
        "body.team",
    ]
    longer = str(date.fromisoformat(mission["ends_on"]) + timedelta(days=3))
    move = {"ends_on": longer, "reason": "A summit is held."}
    moved = await done(await officer.patch(path, json=move, headers=second))
    assert moved["ends_on"] == longer
    assert moved["former_dates"] == [
        {
            "starts_on": mission["starts_on"],
            "ends_on": mission["ends_on"],
            "reason": "A summit is held.",
            "changed_on": str(await actors.today()),
        }
    ]
    told = await read_events(
        stack,
        "ctc.visits",
        lambda event: event["data"].get("mission_id") == mission["id"],
        2,
    )
    assert [event["data"]["ends_on"] for event in told] == [mission["ends_on"], longer]


async def test_a_follow_up_visit_follows_one_to_the_same_state_that_took_place(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    before = await completed_mission(actors, "LUX")
    elsewhere = await completed_mission(actors, "MCO")
    consent = await given_consent(actors, "LUX")
    body = await mission_body(actors, consent) | {"kind": "focused"}
    faulty = ["body.follows_mission_id"]
    for wrong in (
        {"follows_mission_id": elsewhere["id"]},
        {"follows_mission_id": before["id"], "kind": "comprehensive"},
    ):
        assert fields_of(await officer.post("/v1/missions", json=body | wrong)) == faulty
    follows = {"follows_mission_id": before["id"]}
    after = await done(await officer.post("/v1/missions", json=body | follows))
    assert after["follows_mission_id"] == before["id"]
    another = await mission_body(actors, await given_consent(actors, "LUX"))
    to_come = {"kind": "targeted", "follows_mission_id": after["id"]}
    assert fields_of(await officer.post("/v1/missions", json=another | to_come)) == faulty


async def test_a_visit_is_completed_on_its_last_day_or_later(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "DNK")
    path = f"/v1/missions/{mission['id']}"
    ends_on = date.fromisoformat(mission["ends_on"])
    await actors.advance_to(ends_on - timedelta(days=1))
    assert refusal(await officer.post(f"{path}/completion")) == CONFLICT
    await actors.advance_to(ends_on)
    completed = await done(await officer.post(f"{path}/completion", headers={"If-Match": '"1"'}))
    assert completed["status"] == "completed"
    assert completed["report_due_on"] == str(ends_on + timedelta(days=60))
    told = await read_event(stack, visits.VisitCompleted, mission_id=mission["id"])
    assert told["data"]["report_due_on"] == completed["report_due_on"]
    reason = {"reason": "Too late."}
    version = {"If-Match": f'"{completed["version"]}"'}
    assert refusal(await officer.post(f"{path}/completion")) == ILLEGAL
    assert refusal(await officer.post(f"{path}/cancellation", json=reason)) == ILLEGAL
    assert refusal(await officer.patch(path, json={}, headers=version)) == CONFLICT


async def test_a_cancelled_visit_is_told_of_and_its_consent_serves_for_another(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "EST")
    path = f"/v1/missions/{mission['id']}"
    assert fields_of(await officer.post(f"{path}/cancellation", json={})) == ["body.reason"]
    cancelled = await done(
        await officer.post(f"{path}/cancellation", json={"reason": "Travel ban."})
    )
    assert (cancelled["status"], cancelled["cancellation_reason"]) == ("cancelled", "Travel ban.")
    told = await read_event(stack, visits.VisitCancelled, mission_id=mission["id"])
    assert told["data"]["reason"] == "Travel ban."
    assert refusal(await officer.post(f"{path}/completion")) == ILLEGAL
    assert refusal(await officer.post(f"{path}/cancellation", json={"reason": "Again."})) == ILLEGAL
    body = await mission_body(actors, {"id": mission["consent_id"]})
    assert (await officer.post("/v1/missions", json=body)).status_code == 201


async def test_who_coordinates_visits_sees_what_no_state_keeps_confidential(
    actors: Actors,
) -> None:
    open_visit = await scheduled_mission(actors, "FIN")
    hidden = await scheduled_mission(actors, "ISL", confidential=True)
    assert hidden["confidential"]
    for_cted = ("uncovered_themes", "clashes", "checklist")
    planned = open_visit | dict.fromkeys((*for_cted, "team"))
    for role in ("oct", "un_entity", "service"):
        reader = actors.of(role)
        assert await done(await reader.get(f"/v1/missions/{open_visit['id']}")) == planned
        of_officer = {"officer_id": open_visit["team"][0]["officer_id"]}
        assert (await reader.get("/v1/missions", params=of_officer)).status_code == 403
        assert refusal(await reader.get(f"/v1/missions/{hidden['id']}")) == (404, "not-found")
        query = {"member_state": "ISL"}
        assert (await done(await reader.get("/v1/missions", params=query)))["items"] == []
    path = f"/v1/missions/{hidden['id']}"
    assert await done(await actors.of("committee_member").get(path)) == hidden
    assert await done(await actors.state("ISL").get(path)) == hidden | dict.fromkeys(for_cted)
    other = actors.state("FIN")
    assert refusal(await other.get(f"/v1/missions/{hidden['id']}")) == (404, "not-found")
