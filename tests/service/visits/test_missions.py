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
    done,
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
    team = [
        {"officer": "A. Legal", "member_state": "NOR"},
        {"officer": "B. Border", "member_state": "BEL"},
        {"officer": "A. Legal", "member_state": "NOR"},
    ]
    body = await mission_body(actors, consent) | {
        "starts_on": str(today - timedelta(days=1)),
        "ends_on": str(today - timedelta(days=2)),
        "team": team,
    }
    assert fields_of(await officer.post("/v1/missions", json=body)) == [
        "body.starts_on",
        "body.ends_on",
        "body.team.1.member_state",
        "body.team.2.officer",
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"team": []}, "body.team"),
        ({"kind": "courtesy"}, "body.kind"),
        ({"resolutions": [1]}, "body.resolutions.0"),
        ({"themes": ["weather"]}, "body.themes.0"),
        ({"starts_on": "2020-02-30"}, "body.starts_on"),
        ({"team": [{"officer": " ", "member_state": "NOR"}]}, "body.team.0.officer"),
    ],
)
async def test_bad_input_is_named(
    actors: Actors, officer: httpx.AsyncClient, fields: Body, field: str
) -> None:
    body = await mission_body(actors, {"id": str(uuid4())}) | fields
    assert fields_of(await officer.post("/v1/missions", json=body)) == [field]


async def test_changed_dates_are_announced_and_a_changed_team_is_not(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "CHE")
    path = f"/v1/missions/{mission['id']}"
    team = {"team": [{"officer": "C. Finance", "member_state": "FJI"}]}
    first = {"If-Match": '"1"'}
    changed = await done(await officer.patch(path, json=team, headers=first))
    assert (changed["team"], changed["starts_on"]) == (team["team"], mission["starts_on"])
    assert refusal(await officer.patch(path, json=team, headers=first)) == STALE
    assert (await officer.patch(path, json=team)).status_code == 428
    own = {"team": [{"officer": "D. Own", "member_state": "CHE"}]}
    second = {"If-Match": '"2"'}
    assert fields_of(await officer.patch(path, json=own, headers=second)) == [
        "body.team.0.member_state"
    ]
    early = {"ends_on": str(date.fromisoformat(mission["starts_on"]) - timedelta(days=1))}
    assert fields_of(await officer.patch(path, json=early, headers=second)) == ["body.ends_on"]
    longer = str(date.fromisoformat(mission["ends_on"]) + timedelta(days=3))
    moved = await done(await officer.patch(path, json={"ends_on": longer}, headers=second))
    assert moved["ends_on"] == longer
    told = await read_events(
        stack,
        "ctc.visits",
        lambda event: event["data"].get("mission_id") == mission["id"],
        2,
    )
    assert [event["data"]["ends_on"] for event in told] == [mission["ends_on"], longer]


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
    for role in ("oct", "un_entity", "service"):
        reader = actors.of(role)
        assert await done(await reader.get(f"/v1/missions/{open_visit['id']}")) == open_visit
        assert refusal(await reader.get(f"/v1/missions/{hidden['id']}")) == (404, "not-found")
        query = {"member_state": "ISL"}
        assert (await done(await reader.get("/v1/missions", params=query)))["items"] == []
    for reader in (actors.state("ISL"), actors.of("committee_member")):
        assert await done(await reader.get(f"/v1/missions/{hidden['id']}")) == hidden
    other = actors.state("FIN")
    assert refusal(await other.get(f"/v1/missions/{hidden['id']}")) == (404, "not-found")
