"""Consent: asked of States on the adopted list, answered by the State."""

import asyncio
from datetime import timedelta
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
    adopted_list,
    done,
    drafted_list,
    fields_of,
    refusal,
    requested_consent,
)
from tests.support.events import read_event


async def _body(actors: Actors, visit_list: Body, state: str) -> Body:
    due_on = await actors.today() + timedelta(days=30)
    return {
        "visit_list_id": visit_list["id"],
        "member_state": state,
        "answer_due_on": str(due_on),
    }


async def test_consent_is_asked_of_states_on_the_adopted_list_alone(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    drafted = await drafted_list(actors, "BOL")
    body = await _body(actors, drafted, "BOL")
    assert refusal(await officer.post("/v1/consents", json=body)) == CONFLICT
    adopted = await adopted_list(actors, "BOL")
    body = await _body(actors, adopted, "ECU") | {"answer_due_on": str(await actors.today())}
    assert fields_of(await officer.post("/v1/consents", json=body)) == [
        "body.member_state",
        "body.answer_due_on",
    ]
    never = body | {"answer_due_on": "9999-12-31"}
    assert fields_of(await officer.post("/v1/consents", json=never)) == ["body.answer_due_on"]
    unknown = body | {"visit_list_id": str(uuid4())}
    assert fields_of(await officer.post("/v1/consents", json=unknown)) == ["body.visit_list_id"]


async def test_a_state_taken_off_the_list_is_not_asked(
    actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    adopted = await adopted_list(actors, "SUR", "GUY")
    await done(
        await chair.post(
            f"/v1/visit-lists/{adopted['id']}/changes", json={"removed": ["SUR"], "reason": "Late."}
        )
    )
    answer = await officer.post("/v1/consents", json=await _body(actors, adopted, "SUR"))
    assert fields_of(answer) == ["body.member_state"]


async def test_a_state_is_asked_once_a_list_until_it_declines(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    adopted = await adopted_list(actors, "URY", "PRY")
    body = await _body(actors, adopted, "URY")
    answers = await asyncio.gather(*(officer.post("/v1/consents", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (consent,) = [answer.json() for answer in answers if answer.status_code == 201]
    path = f"/v1/consents/{consent['id']}/answer"
    uruguay = actors.state("URY")
    until = str(await actors.today() + timedelta(days=60))
    await done(await uruguay.post(path, json={"answer": "deferred", "until": until}))
    assert refusal(await officer.post("/v1/consents", json=body)) == CONFLICT
    await done(await uruguay.post(path, json={"answer": "declined", "reason": "Elections."}))
    again = await done(await officer.post("/v1/consents", json=body))
    assert (again["status"], again["id"] != consent["id"]) == ("requested", True)
    await done(await uruguay.post(f"/v1/consents/{again['id']}/answer", json={"answer": "given"}))
    assert refusal(await officer.post("/v1/consents", json=body)) == CONFLICT


async def test_consent_is_requested_deferred_and_given(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "COL")
    path = f"/v1/consents/{consent['id']}"
    colombia = actors.state("COL")
    assert (consent["status"], consent["version"]) == ("requested", 1)
    until = str(await actors.today() + timedelta(days=60))
    later = {"answer": "deferred", "until": until, "reason": "Elections."}
    deferred = await done(await colombia.post(f"{path}/answer", json=later))
    assert (deferred["status"], deferred["answer_due_on"]) == ("deferred", until)
    given = {"answer": "given", "conditions": ["After the summer.", "In May."]}
    stale = {"If-Match": '"1"'}
    assert refusal(await colombia.post(f"{path}/answer", json=given, headers=stale)) == STALE
    answered = await done(await colombia.post(f"{path}/answer", json=given))
    assert (answered["status"], answered["conditions"]) == (
        "given",
        [{"text": text, "met_on": None} for text in given["conditions"]],
    )
    assert answered["answered_on"] == str(await actors.today())
    for answer in ("given", "declined", "deferred"):
        late = {"answer": answer, "reason": "Second thoughts.", "until": until}
        assert refusal(await colombia.post(f"{path}/answer", json=late)) == ILLEGAL
    asked = await read_event(stack, visits.ConsentRequested, consent_id=consent["id"])
    assert asked["data"]["answer_due_on"] == consent["answer_due_on"]
    told = await read_event(stack, visits.ConsentGiven, consent_id=consent["id"])
    assert told["data"]["conditions"] == "After the summer.\nIn May."
    assert told["subject"] == "COL"
    moved = await read_event(stack, visits.ConsentDeferred, consent_id=consent["id"])
    assert (moved["data"]["answer_due_on"], moved["data"]["reason"]) == (until, "Elections.")
    listed = await done(
        await officer.get("/v1/consents", params={"visit_list_id": consent["visit_list_id"]})
    )
    assert listed["items"] == [answered]


async def test_to_decline_takes_a_reason_and_shows_in_the_ranking(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "CRI")
    path = f"/v1/consents/{consent['id']}/answer"
    costa_rica = actors.state("CRI")
    bare = {"answer": "declined", "conditions": ["In May."]}
    assert fields_of(await costa_rica.post(path, json=bare)) == ["body.reason", "body.conditions"]
    declined = {"answer": "declined", "reason": "Elections."}
    await done(await costa_rica.post(path, json=declined))
    told = await read_event(stack, visits.ConsentDeclined, consent_id=consent["id"])
    assert told["data"]["reason"] == "Elections."
    standing = await done(await officer.get("/v1/ranking/CRI"))
    (consented,) = [part for part in standing["factors"] if part["factor"] == "consent"]
    assert consented["value"] == 0
    assert consented["because"].startswith("It declined a visit")


async def test_confidential_words_do_not_leave_with_the_event(stack: Stack, actors: Actors) -> None:
    consent = await requested_consent(actors, "HND", confidential=True)
    path = f"/v1/consents/{consent['id']}/answer"
    given = {"answer": "given", "conditions": ["Not to be told."]}
    answered = await done(await actors.of("cted_officer").post(path, json=given))
    assert answered["conditions"][0]["text"] == "Not to be told."
    told = await read_event(stack, visits.ConsentGiven, consent_id=consent["id"])
    assert (told["data"]["confidential"], told["data"]["conditions"]) == (True, "")


async def test_another_state_neither_sees_nor_answers(actors: Actors) -> None:
    consent = await requested_consent(actors, "PAN")
    other = actors.state("NIC")
    path = f"/v1/consents/{consent['id']}"
    assert refusal(await other.get(path)) == (404, "not-found")
    for version in ('"1"', '"9"'):  # nor does it learn of the version that it is at
        answer = await other.post(
            f"{path}/answer", json={"answer": "given"}, headers={"If-Match": version}
        )
        assert refusal(answer) == (404, "not-found")
        assert "PAN" not in answer.text
    assert (await done(await other.get("/v1/consents")))["items"] == []
    query = {"member_state": "PAN", "status": "requested"}
    seen = await done(await actors.of("committee_member").get("/v1/consents", params=query))
    assert seen["items"] == [consent]
    assert await done(await actors.state("PAN").get(path)) == consent


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"answer": "perhaps"}, "body.answer"),
        ({}, "body.answer"),
        ({"answer": "given", "conditions": "In May."}, "body.conditions"),
        ({"answer": "given", "conditions": ["x" * 2001]}, "body.conditions.0"),
        ({"answer": "deferred", "until": "soon"}, "body.until"),
        ({"answer": "given", "sure": True}, "body.sure"),
    ],
)
async def test_a_bad_answer_is_named(actors: Actors, given: Body, field: str) -> None:
    path = f"/v1/consents/{uuid4()}/answer"
    assert fields_of(await actors.of("cted_officer").post(path, json=given)) == [field]
