"""Standing consent: given before it is asked for, it answers the requests that it covers."""

import asyncio
from datetime import timedelta

import httpx

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    Body,
    adopted_list,
    done,
    fields_of,
    mission_body,
    refusal,
    requested_consent,
)
from tests.support.events import read_event, read_events
from tests.support.waiting import eventually

STANDING = "/v1/standing-consents"


async def test_a_standing_consent_answers_requests_until_it_is_revoked(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    new_zealand = actors.state("NZL")
    body = {"member_state": "NZL", "conditions": ["With a month's notice."]}
    answers = await asyncio.gather(*(new_zealand.post(STANDING, json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (first,) = [answer for answer in answers if answer.status_code == 201]
    standing = await done(await new_zealand.get(first.headers["location"]))
    assert (standing["status"], standing["valid_until"]) == ("in_force", None)
    told = await read_event(stack, visits.StandingConsentGiven, standing_consent_id=standing["id"])
    assert told["data"]["conditions"] == body["conditions"][0]

    given = await requested_consent(actors, "NZL")
    assert (given["status"], given["standing_consent_id"]) == ("given", standing["id"])
    assert given["conditions"] == [{"text": body["conditions"][0], "met_on": None}]
    event = await read_event(stack, visits.ConsentGiven, consent_id=given["id"])
    assert event["data"]["standing_consent_id"] == standing["id"]
    asked = await requested_consent(actors, "NZL", ask_anyway=True)
    assert (asked["status"], asked["standing_consent_id"]) == ("requested", None)
    (requested,) = await read_events(
        stack,
        "ctc.visits",
        lambda event: event["type"] == visits.ConsentRequested.type and event["subject"] == "NZL",
        1,
    )
    assert requested["data"]["consent_id"] == asked["id"]

    await done(await new_zealand.post(f"/v1/consents/{given['id']}/revocation", json={}))
    again = {
        "visit_list_id": given["visit_list_id"],
        "member_state": "NZL",
        "answer_due_on": str(await actors.today() + timedelta(days=9)),
    }
    assert (await done(await officer.post("/v1/consents", json=again)))["status"] == "requested"

    path = f"{STANDING}/{standing['id']}"
    stale = {"If-Match": '"9"'}
    assert refusal(await new_zealand.post(f"{path}/revocation", json={}, headers=stale)) == STALE
    other = actors.state("NRU")
    assert refusal(await other.post(f"{path}/revocation", json={}, headers=stale)) == (
        404,
        "not-found",
    )
    assert refusal(await other.get(path)) == (404, "not-found")
    assert (await done(await other.get(STANDING)))["items"] == []
    assert refusal(await other.post(STANDING, json=body)) == (403, "forbidden")
    ended = await done(
        await new_zealand.post(f"{path}/revocation", json={"reason": "A new policy."})
    )
    assert (ended["status"], ended["ended_because"]) == ("revoked", "A new policy.")
    assert refusal(await new_zealand.post(f"{path}/revocation", json={})) == ILLEGAL
    told = await read_event(stack, visits.StandingConsentEnded, standing_consent_id=standing["id"])
    assert told["data"]["outcome"] == "revoked"
    assert (await requested_consent(actors, "NZL"))["status"] == "requested"
    query = {"member_state": "NZL", "status": "revoked"}
    assert (await done(await officer.get(STANDING, params=query)))["items"] == [ended]
    file = await new_zealand.get(f"{STANDING}/export", params={"format": "json"})
    assert file.json() == [ended]


async def test_cted_records_a_standing_consent_to_some_kinds_until_a_date(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    today = await actors.today()
    bare: Body = {"member_state": "PLW", "valid_until": str(today)}
    faulty = await officer.post(STANDING, json=bare)
    assert fields_of(faulty) == ["body.valid_until", "body.document"]
    wrong = bare | {"visit_kinds": ["secret"], "conditions": [""]}
    assert fields_of(await officer.post(STANDING, json=wrong)) == [
        "body.visit_kinds.0",
        "body.conditions.0",
    ]
    last = today + timedelta(days=6)
    body = bare | {
        "valid_until": str(last),
        "document": "Note verbale 7",
        "visit_kinds": ["focused", "targeted"],
        "conditions": ["Not to be told."],
        "confidential": True,
    }
    standing = await done(await officer.post(STANDING, json=body))
    assert refusal(await officer.post(STANDING, json=body)) == CONFLICT
    told = await read_event(stack, visits.StandingConsentGiven, standing_consent_id=standing["id"])
    assert (told["data"]["conditions"], told["data"]["valid_until"]) == ("", str(last))

    adopted = await adopted_list(actors, "PLW")
    request = {
        "visit_list_id": adopted["id"],
        "member_state": "PLW",
        "answer_due_on": str(today + timedelta(days=30)),
        "visit_kind": "focused",
    }
    given = await done(await officer.post("/v1/consents", json=request))
    assert (given["status"], given["valid_until"]) == ("given", str(last))
    assert given["confidential"]
    visit = await mission_body(actors, given)
    assert fields_of(await officer.post("/v1/missions", json=visit)) == ["body.kind"]
    for kind in (None, "comprehensive"):
        asked = await requested_consent(actors, "PLW", visit_kind=kind)
        assert asked["status"] == "requested"
    await actors.advance_to(last + timedelta(days=1))
    path = f"{STANDING}/{standing['id']}"
    expired = await eventually(officer, path, lambda found: found["status"] == "expired")
    assert expired["ended_on"] == str(last + timedelta(days=1))
    told = await read_event(stack, visits.StandingConsentEnded, standing_consent_id=standing["id"])
    assert told["data"]["outcome"] == "expired"
    ended = f"/v1/consents/{given['id']}"
    await eventually(officer, ended, lambda found: found["status"] == "expired")
