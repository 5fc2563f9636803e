"""A survey from issue to submission, over HTTP, and its events off the broker."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.support.events import read_events
from tests.support.stacks import client_of

INSTRUMENT = {
    "code": "oia-1373",
    "title": "Overview of implementation assessment",
    "tool": "overview_of_implementation_assessment",
    "questions": [
        {"code": "CFT-1", "text": "Is the financing of terrorism a crime in law?",
         "theme": "countering-financing", "resolution": 1373, "paragraph": "1(b)", "weight": 5},
        {"code": "BC-1", "text": "Are travellers screened against watch lists?",
         "theme": "border-control", "resolution": 2396, "weight": 3},
    ],
}  # fmt: skip


async def issued(officer: httpx.AsyncClient, state: str, **fields: object) -> dict[str, Any]:
    instrument = (await officer.post("/v1/instruments", json=INSTRUMENT)).json()
    body = {"instrument_id": instrument["id"], "member_state": state, "due_on": "2099-03-01"}
    answer = await officer.post("/v1/surveys", json=body | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _events_about(stack: Stack, survey_id: str, count: int) -> list[dict[str, Any]]:
    return await read_events(
        stack, "ctc.assessment", lambda event: event["data"].get("survey_id") == survey_id, count
    )


@pytest.mark.timeout(60)
async def test_a_state_answers_and_submits_and_both_events_arrive_in_order(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(officer, "KEN")
    path = f"/v1/surveys/{survey['id']}"
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as kenya:
        early = await kenya.post(f"{path}/submission")
        assert early.status_code == 422
        assert {fault["field"] for fault in early.json()["errors"]} == {
            "answers.CFT-1", "answers.BC-1",
        }  # fmt: skip
        saved = await kenya.patch(
            f"{path}/answers",
            json={"answers": {"CFT-1": "partial", "BC-1": "no"}},
            headers={"If-Match": '"1"'},
        )
        assert saved.headers["etag"] == '"2"'
        submitted = await kenya.post(
            f"{path}/submission", headers={"x-correlation-id": "walk-of-kenya"}
        )
        assert submitted.json()["status"] == "submitted"
        again = await kenya.post(f"{path}/submission")
        assert (again.status_code, again.json()["type"]) == (
            409,
            "urn:ctc:problem:illegal-transition",
        )

    first, second = await _events_about(stack, survey["id"], 2)
    assert first["type"] == "org.un.ctc.assessment.survey-issued.v1"
    assert second["type"] == "org.un.ctc.assessment.response-submitted.v1"
    assert first["subject"] == second["subject"] == "KEN"
    assert second["correlationid"] == "walk-of-kenya"
    assert UUID(second["id"]).version == 7
    assert date.fromisoformat(first["data"]["due_on"]) == date(2099, 3, 1)


async def test_the_same_key_and_body_gives_the_first_answer_again(
    officer: httpx.AsyncClient,
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await officer.post("/v1/instruments", json=INSTRUMENT, headers=key)
    second = await officer.post("/v1/instruments", json=INSTRUMENT, headers=key)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["location"] == first.headers["location"]
    other = await officer.post("/v1/instruments", json=INSTRUMENT | {"title": "Other"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:ctc:problem:idempotency-mismatch",
    )


async def test_a_change_on_a_stale_version_is_refused(officer: httpx.AsyncClient) -> None:
    survey = await issued(officer, "UGA")
    path = f"/v1/surveys/{survey['id']}/answers"
    answers = {"answers": {"BC-1": "yes"}}
    assert (await officer.patch(path, json=answers)).status_code == 428
    assert (await officer.patch(path, json=answers, headers={"If-Match": '"1"'})).status_code == 200
    assert (await officer.patch(path, json=answers, headers={"If-Match": '"1"'})).status_code == 412


async def test_a_state_sees_its_own_surveys_only(stack: Stack, officer: httpx.AsyncClient) -> None:
    of_ghana = await issued(officer, "GHA")
    await issued(officer, "TGO")
    async with client_of(stack, "assessment", "member_state", member_state="TGO") as togo:
        listed = (await togo.get("/v1/surveys")).json()["items"]
        assert {survey["member_state"] for survey in listed} == {"TGO"}
        assert (await togo.get(f"/v1/surveys/{of_ghana['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"member_state": "ZZZ"}, "body.member_state"),
        ({"due_on": "2001-01-01"}, "body.due_on"),
        ({"instrument_id": str(uuid4())}, "body.instrument_id"),
        ({"surprise": 1}, "body.surprise"),
    ],
)
async def test_bad_input_is_named(
    officer: httpx.AsyncClient, fields: dict[str, object], field: str
) -> None:
    instrument = (await officer.post("/v1/instruments", json=INSTRUMENT)).json()
    body = {"instrument_id": instrument["id"], "member_state": "KEN", "due_on": "2099-03-01"}
    answer = await officer.post("/v1/surveys", json=body | fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_no_token_or_the_wrong_role_is_refused(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.urls["assessment"]) as nobody:
        assert (await nobody.get("/v1/surveys")).status_code == 401
    async with client_of(stack, "assessment", "oct") as oct_user:
        assert (await oct_user.post("/v1/instruments", json=INSTRUMENT)).status_code == 403
