"""The register of officers: who can go where, and who may not."""

from datetime import timedelta
from uuid import uuid4

import httpx

from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    done,
    entered_officer,
    fields_of,
    given_consent,
    mission_body,
    refusal,
)
from tests.support.stacks import client_of


async def _found(officer: httpx.AsyncClient, **query: str) -> list[str]:
    body = await done(await officer.get("/v1/officers", params={"limit": "200", **query}))
    return [entry["name"] for entry in body["items"]]


async def test_an_officer_is_entered_changed_and_removed(officer: httpx.AsyncClient) -> None:
    subject = f"legal-{uuid4()}"
    wanted = {
        "name": "Ms. Register",
        "subject": subject,
        "nationalities": ["NOR", "PER", "NOR"],
        "languages": ["en", "zh-Hant", "prs"],
        "expertise": ["border-control"],
        "organisation": "international criminal police organization",
    }
    answer = await officer.post("/v1/officers", json=wanted)
    entered = await done(answer)
    assert (entered["organisation"], entered["nationalities"]) == ("INTERPOL", ["NOR", "PER"])
    path = answer.headers["location"]
    assert await done(await officer.get(path)) == entered
    again = {"name": "Twice", "nationalities": ["FJI"], "subject": subject}
    assert refusal(await officer.post("/v1/officers", json=again)) == CONFLICT
    first = {"If-Match": '"1"'}
    away = {"off_duty": [{"starts_on": "2031-01-01", "ends_on": "2031-01-31"}], "subject": None}
    changed = await done(await officer.patch(path, json=away, headers=first))
    assert changed == entered | away | {"version": 2}
    assert refusal(await officer.patch(path, json=away, headers=first)) == STALE
    assert refusal(await officer.delete(path, headers=first)) == STALE
    assert (await officer.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert refusal(await officer.get(path)) == NOT_FOUND


async def test_every_fault_of_an_entry_is_named(officer: httpx.AsyncClient) -> None:
    bad: Body = {
        "name": " ",
        "nationalities": ["XXX"],
        "languages": ["english", "xx"],
        "expertise": ["weather"],
        "off_duty": [{"starts_on": "2031-02-01", "ends_on": "2031-01-31"}],
    }
    assert fields_of(await officer.post("/v1/officers", json=bad)) == [
        "body.name",
        "body.nationalities.0",
        "body.languages.0",
        "body.languages.1",
        "body.expertise.0",
        "body.off_duty.0",
    ]
    assert fields_of(
        await officer.post("/v1/officers", json={"name": "A", "nationalities": []})
    ) == ["body.nationalities"]
    for query in (
        {"available_from": "2031-01-01"},
        {"available_from": "2031-01-02", "available_until": "2031-01-01"},
    ):
        assert (await officer.get("/v1/officers", params=query)).status_code == 422


async def test_who_knows_what_and_is_free_when_is_found(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    today = await actors.today()
    unit = f"Unit {uuid4()}"
    week = {
        "starts_on": str(today + timedelta(days=20)),
        "ends_on": str(today + timedelta(days=27)),
    }
    there = {"organisation": unit, "nationalities": ["PER"]}
    away = await entered_officer(actors, **there, name="Away", languages=["fr-CA"], off_duty=[week])
    idle = await entered_officer(actors, **there, name="Idle", active=False, expertise=["aviation"])
    busy = await entered_officer(
        actors, **(there | {"nationalities": ["NRU", "PER"]}), name="Busy", languages=["frp"]
    )
    body = await mission_body(actors, await given_consent(actors, "PLW"))
    body["team"] = [{"officer_id": busy["id"], "role": "lead"}]
    mission = await done(await officer.post("/v1/missions", json=body))
    assert await _found(officer, organisation=unit) == ["Away", "Busy", "Idle"]
    assert await _found(officer, organisation=unit, sort="-name", active="true") == ["Busy", "Away"]
    assert await _found(officer, organisation=unit, language="fr") == ["Away"]
    assert await _found(officer, organisation=unit, expertise="aviation") == ["Idle"]
    assert await _found(officer, organisation=unit, may_assess="NRU") == ["Away", "Idle"]
    days = {"available_from": mission["ends_on"], "available_until": mission["ends_on"]}
    assert await _found(officer, organisation=unit, **days) == ["Away"]
    later = {"available_from": week["ends_on"], "available_until": str(today + timedelta(days=40))}
    assert await _found(officer, organisation=unit, **later) == ["Busy"]
    conflict = {"member_state": "NRU", "reason": "A consultancy."}
    lead = actors.of("cted_lead")
    path = f"/v1/officers/{away['id']}/conflicts"
    kept = await done(await lead.post(path, json=conflict))
    assert await _found(officer, organisation=unit, may_assess="NRU") == ["Idle"]
    await done(await lead.post(f"{path}/{kept['id']}/end"))
    assert await _found(officer, organisation=unit, may_assess="NRU") == ["Away", "Idle"]
    headers = {"If-Match": '"1"'}
    refused = await officer.delete(f"/v1/officers/{busy['id']}", headers=headers)
    assert refusal(refused) == CONFLICT
    assert mission["id"] in refused.json()["detail"]
    assert (await officer.delete(f"/v1/officers/{idle['id']}", headers=headers)).status_code == 204
    csv = await officer.get("/v1/officers/export", params={"format": "csv", "organisation": unit})
    assert [line.split(",")[2] for line in csv.text.splitlines()[1:]] == ["Away", "Busy"]


async def test_a_conflict_is_declared_by_the_officer_or_a_lead_and_stays_on_record(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    subject = f"officer-{uuid4()}"
    known = await entered_officer(actors, name="D. Declared", subject=subject)
    path = f"/v1/officers/{known['id']}/conflicts"
    wanted = {"member_state": "TUV", "reason": "Served its ministry."}
    assert refusal(await officer.post(path, json=wanted)) == (403, "forbidden")
    async with client_of(stack, "visits", "cted_officer", subject=subject) as herself:
        answer = await herself.post(path, json=wanted)
    declared = await done(answer)
    assert declared["declared_by"] == subject
    assert await done(await officer.get(answer.headers["location"])) == declared
    lead = actors.of("cted_lead")
    assert refusal(await lead.post(path, json=wanted)) == CONFLICT
    body = await mission_body(actors, await given_consent(actors, "TUV"))
    body["team"].append({"officer_id": known["id"], "role": "observer"})
    assert fields_of(await officer.post("/v1/missions", json=body)) == ["body.team.1.officer_id"]
    other = await entered_officer(actors)
    elsewhere = f"/v1/officers/{other['id']}/conflicts/{declared['id']}"
    assert refusal(await officer.get(elsewhere)) == NOT_FOUND
    assert refusal(await lead.post(f"{elsewhere}/end")) == NOT_FOUND
    ended = await done(await lead.post(f"{path}/{declared['id']}/end", headers={"If-Match": '"1"'}))
    assert ended["ended_on"] == str(await actors.today())
    assert refusal(await lead.post(f"{path}/{declared['id']}/end")) == CONFLICT
    assert (await done(await officer.get(path)))["items"] == [ended]
    await done(await officer.post("/v1/missions", json=body))
