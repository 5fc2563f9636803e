"""A survey from issue to acceptance, over HTTP, and its events off the broker."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.assessment.events import ResponseAccepted, ResponseReturned, SurveyDueChanged
from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    BC,
    CFT,
    INSTRUMENT,
    accepted,
    assessed,
    fields_of,
    issued,
    published,
    save,
)
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)


async def _events_about(stack: Stack, survey_id: str, count: int) -> list[dict[str, Any]]:
    return await read_events(
        stack, "ctc.assessment", lambda event: event["data"].get("survey_id") == survey_id, count
    )


async def test_a_state_answers_and_submits_and_both_events_arrive_in_order(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "KEN")
    path = f"/v1/surveys/{survey['id']}"
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as kenya:
        early = await kenya.post(f"{path}/submission")
        assert early.status_code == 422
        faulty = {fault["field"] for fault in early.json()["errors"]}
        assert faulty == {"answers.CFT-1", "answers.BC-1"}
        problems = (await kenya.get(f"{path}/validation")).json()
        assert problems["may_be_submitted"] is False
        assert [(p["section"], p["question"]) for p in problems["problems"]] == [
            ("finance", "CFT-1"),
            ("borders", "BC-1"),
        ]
        saved = await save(kenya, survey, "finance", {"CFT-1": "partial"})
        assert (saved.status_code, saved.headers["etag"]) == (200, '"2"')
        await save(kenya, survey, "borders", {"BC-1": "no"})
        assert (await kenya.get(f"{path}/validation")).json() == {
            "may_be_submitted": True,
            "problems": [],
        }
        submitted = await kenya.post(
            f"{path}/submission", headers={"x-correlation-id": "walk-of-kenya"}
        )
        assert submitted.json()["status"] == "submitted"
        again = await kenya.post(f"{path}/submission")
        assert (again.status_code, again.json()["type"]) == (
            409,
            "urn:ctc:problem:illegal-transition",
        )
        late = await save(kenya, survey, "borders", {"BC-1": "yes"})
        assert late.status_code == 409, "nothing is saved to a response that is submitted"
        assert late.json()["detail"].startswith("The survey is submitted: its answers and evidence")

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


async def test_of_two_officers_who_save_one_section_the_later_is_told(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "UGA")
    path = f"/v1/surveys/{survey['id']}/sections/borders"
    bodies = [{"answers": {"BC-1": {"value": value}}} for value in ("yes", "no")]
    assert (await officer.patch(path, json=bodies[0])).status_code == 428
    version = {"If-Match": '"1"'}
    both = await asyncio.gather(
        *(officer.patch(path, json=body, headers=version) for body in bodies)
    )
    assert sorted(answer.status_code for answer in both) == [200, 412]
    kept = (await officer.get(path)).json()["answers"]["BC-1"]["value"]
    won = next(i for i, answer in enumerate(both) if answer.status_code == 200)
    assert kept == bodies[won]["answers"]["BC-1"]["value"]


async def test_sections_are_saved_side_by_side_and_each_saving_is_kept(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "RWA")
    given = {"CFT-1": {"value": "partial", "comment": "Bill before parliament"}}
    both = await asyncio.gather(
        save(officer, survey, "finance", given), save(officer, survey, "borders", {"BC-1": "no"})
    )
    assert {answer.status_code for answer in both} == {200}
    await save(officer, survey, "finance", {"CFT-1": "yes"})
    await save(officer, survey, "finance", {"CFT-1": None})
    unchanged = await save(officer, survey, "finance", {"CFT-1": None})
    assert unchanged.headers["etag"] == '"4"', "nothing changed, so there is no new version"
    revisions = (
        await officer.get(f"/v1/surveys/{survey['id']}/sections/finance/revisions")
    ).json()["items"]
    assert [revision["section_version"] for revision in revisions] == [2, 3, 4]
    assert [revision["changes"] for revision in revisions] == [
        [{"question": "CFT-1", "before": None, "after": given["CFT-1"]}],
        [{"question": "CFT-1", "before": given["CFT-1"], "after": {"value": "yes"}}],
        [{"question": "CFT-1", "before": {"value": "yes"}, "after": None}],
    ]
    assert all(revision["saved_by"] for revision in revisions)
    progress = (await officer.get(f"/v1/surveys/{survey['id']}")).json()["sections"]
    assert [(p["code"], p["shown"], p["answered"]) for p in progress] == [
        ("finance", 1, 0),
        ("borders", 1, 1),
    ]


async def test_every_faulty_answer_is_named_and_none_is_saved(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    questions = [
        CFT,
        BC | {"code": "SCALE", "kind": "scale", "minimum": 1, "maximum": 5},
        BC | {"code": "COUNT", "kind": "number", "unit": "officers", "minimum": 0, "weight": 0},
        BC | {
            "code": "PICK", "kind": "choice",
            "choices": [{"code": c, "label": c, "value": v} for c, v in (("a", 0), ("b", 1))],
        },
        BC | {"code": "WORDS", "kind": "text", "weight": 0},
    ]  # fmt: skip
    instrument = INSTRUMENT | {"sections": [{"code": "s", "title": "All", "questions": questions}]}
    survey = await issued(stack, officer, "BDI", instrument)
    faulty = {
        "CFT-1": "perhaps", "SCALE": 2.5, "COUNT": -1, "PICK": ["a", "b"], "WORDS": " ", "NONE": 1,
    }  # fmt: skip
    answer = await save(officer, survey, "s", faulty)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [
        f"body.answers.{code}" for code in faulty
    ]
    assert all(fault["message"] for fault in answer.json()["errors"])
    assert (await officer.get(f"/v1/surveys/{survey['id']}/sections/s")).json()["answers"] == {}
    formless = {"CFT-1": True, "SCALE": {"a": 1}, "COUNT": 1e300, "PICK": [1], "WORDS": {}}
    refused = await save(officer, survey, "s", {code: {"value": v} for code, v in formless.items()})
    assert fields_of(refused) == [f"body.answers.{code}.value" for code in formless]
    good = {
        "CFT-1": "not_applicable",
        "SCALE": 4.0,
        "COUNT": 12.5,
        "PICK": "b",
        "WORDS": "So it is",
    }
    saved = await save(officer, survey, "s", good)
    assert saved.status_code == 200
    assert '"value":4,' in saved.text, "a whole number is kept as one"


async def test_a_response_is_returned_clarified_and_accepted(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "TZA")
    path = f"/v1/surveys/{survey['id']}"
    await save(officer, survey, "finance", {"CFT-1": "yes"})
    await save(officer, survey, "borders", {"BC-1": "no"})
    request = {"reason": "Which act?", "questions": ["CFT-1"], "due_on": "2099-05-01"}
    early = await officer.post(f"{path}/clarification-request", json=request)
    assert early.status_code == 409
    await officer.post(f"{path}/submission")
    wrong = request | {"questions": ["CFT-1", "NONE"], "due_on": "2001-01-01"}
    unknown = await officer.post(f"{path}/clarification-request", json=wrong)
    assert fields_of(unknown) == ["body.questions.1", "body.due_on"]
    returned = await officer.post(f"{path}/clarification-request", json=request)
    assert (returned.status_code, returned.json()["status"]) == (200, "returned")
    assert (await officer.post(f"{path}/acceptance")).status_code == 409
    async with client_of(stack, "assessment", "member_state", member_state="TZA") as state:
        steps = (await state.get(f"{path}/steps")).json()["items"]
        assert (steps[-1]["reason"], steps[-1]["questions"]) == ("Which act?", ["CFT-1"])
        clarified = {"CFT-1": {"value": "yes", "comment": "Act 12"}}
        assert (await save(state, survey, "finance", clarified)).status_code == 200
        assert (await state.post(f"{path}/submission")).status_code == 200
        assert (await state.post(f"{path}/acceptance")).status_code == 403
    accepted = await officer.post(f"{path}/acceptance")
    assert accepted.json()["status"] == "accepted"
    event = await read_event(stack, ResponseReturned, survey_id=survey["id"])
    assert event["data"]["due_on"] == "2099-05-01"
    events = await _events_about(stack, survey["id"], 5)
    assert [event["type"].split(".")[-2] for event in events] == [
        "survey-issued",
        "response-submitted",
        "response-returned",
        "response-submitted",
        "response-accepted",
    ]
    assert events[3]["data"]["clarification_id"] == event["data"]["clarification_id"]
    await read_event(stack, ResponseAccepted, survey_id=survey["id"])


async def test_a_state_is_given_another_date(stack: Stack, officer: httpx.AsyncClient) -> None:
    survey = await issued(stack, officer, "COM")
    path = f"/v1/surveys/{survey['id']}"
    past = {"due_on": "2001-01-01", "reason": "At its request"}
    wrong = await officer.patch(path, json=past, headers={"If-Match": '"1"'})
    assert fields_of(wrong) == ["body.due_on"]
    wordless = {"due_on": "2099-09-01", "reason": "   "}
    refused = await officer.patch(path, json=wordless, headers={"If-Match": '"1"'})
    assert fields_of(refused) == ["body.reason"]
    never = past | {"due_on": "9999-12-31"}
    refused = await officer.patch(path, json=never, headers={"If-Match": '"1"'})
    assert fields_of(refused) == ["body.due_on"], "whoever reckons from it would pass the last day"
    nothing = {"instrument_id": str(uuid4()), "member_state": "COM", "due_on": "2001-01-01"}
    refused = await officer.post("/v1/surveys", json=nothing)
    assert fields_of(refused) == ["body.due_on", "body.instrument_id"]
    body = past | {"due_on": "2099-09-01"}
    changed = await officer.patch(path, json=body, headers={"If-Match": '"1"'})
    assert changed.json()["due_on"] == "2099-09-01"
    event = await read_event(stack, SurveyDueChanged, survey_id=survey["id"])
    assert event["data"]["due_on"] == "2099-09-01"


async def test_the_previous_rounds_answers_are_carried_forward_and_marked(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    first = await accepted(stack, officer, "SYC", {"CFT-1": "yes", "BC-1": "partial"})
    reworded = BC | {"text": "Is every traveller screened against every watch list?"}
    sections = [
        {"code": "all", "title": "All", "questions": [CFT, reworded, BC | {"code": "BC-2"}]}
    ]
    survey = await issued(
        stack, officer, "SYC", INSTRUMENT | {"sections": sections}, carry_forward=True
    )
    assert survey["carried_from"] == first["id"]
    (progress,) = survey["sections"]
    assert (progress["answered"], progress["carried_forward"]) == (1, 1)
    path = f"/v1/surveys/{survey['id']}/sections/all"
    answers = (await officer.get(path)).json()["answers"]
    assert answers.keys() == {"CFT-1"}, "what is asked in other words is asked anew"
    assert answers["CFT-1"]["carried_from"] == first["id"]
    await save(officer, survey, "all", {"CFT-1": "yes"})
    answers = (await officer.get(path)).json()["answers"]
    assert answers["CFT-1"]["carried_from"] is None, "saved anew, it is this round's answer"


async def test_what_is_assessed_and_open_is_read_by_partners_without_confidential_answers(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    answers = {"CFT-1": {"value": "no", "confidential": True}, "BC-1": "partial"}
    open_yet = await accepted(stack, officer, "MUS", answers)
    done = await assessed(stack, officer, "MUS", answers)
    path = f"/v1/surveys/{done['survey_id']}"
    async with client_of(stack, "assessment", "oct") as oct_user:
        assert (await oct_user.get(f"/v1/surveys/{open_yet['id']}")).status_code == 404
        assert (await oct_user.get(f"{path}/sections/borders")).json()["answers"].keys() == {"BC-1"}
        assert (await oct_user.get(f"{path}/sections/finance")).json()["answers"] == {}
        seen = (await oct_user.get(path)).json()["sections"]
        assert [section["answered"] for section in seen] == [0, 1]
        assert (await oct_user.get(f"{path}/sections/finance/revisions")).status_code == 403
        listed = (await oct_user.get("/v1/surveys", params={"member_state": "MUS"})).json()
        assert [survey["id"] for survey in listed["items"]] == [done["survey_id"]]
        assessment = (await oct_user.get(f"/v1/assessments/{done['id']}")).json()
        assert assessment["overall"] == {
            "score": 0.5, "low": 0.5, "high": 0.5, "asked": 1, "answered": 1,
        }  # fmt: skip
        assert assessment["by_theme"].keys() == {"border-control"}
        gaps = (await oct_user.get("/v1/gaps", params={"assessment_id": done["id"]})).json()
        assert [gap["question"] for gap in gaps["items"]] == ["BC-1"]
    assert done["overall"]["asked"] == 2
    gaps = (await officer.get("/v1/gaps", params={"assessment_id": done["id"]})).json()["items"]
    assert {gap["question"]: gap["confidential"] for gap in gaps} == {"CFT-1": True, "BC-1": False}
    events = await read_events(
        stack,
        "ctc.assessment",
        lambda event: event["data"].get("assessment_id") == done["id"],
        3,
    )
    completed = next(e for e in events if e["type"].endswith("assessment-completed.v1"))
    assert completed["data"]["scores_by_theme"] == {"border-control": 0.5}


async def test_a_state_sees_its_own_surveys_only(stack: Stack, officer: httpx.AsyncClient) -> None:
    of_ghana = await issued(stack, officer, "GHA")
    await issued(stack, officer, "TGO")
    async with client_of(stack, "assessment", "member_state", member_state="TGO") as togo:
        listed = (await togo.get("/v1/surveys")).json()["items"]
        assert {survey["member_state"] for survey in listed} == {"TGO"}
        for path in ("", "/sections/finance", "/steps", "/validation"):
            assert (await togo.get(f"/v1/surveys/{of_ghana['id']}{path}")).status_code == 404
        answers = {"answers": {"CFT-1": {"value": "yes"}}}
        foreign = await togo.patch(
            f"/v1/surveys/{of_ghana['id']}/sections/finance",
            json=answers,
            headers={"If-Match": '"1"'},
        )
        assert foreign.status_code == 404


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
    stack: Stack, officer: httpx.AsyncClient, fields: dict[str, object], field: str
) -> None:
    instrument = await published(stack, officer)
    body = {"instrument_id": instrument["id"], "member_state": "KEN", "due_on": "2099-03-01"}
    answer = await officer.post("/v1/surveys", json=body | fields)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_a_draft_instrument_is_not_issued(officer: httpx.AsyncClient) -> None:
    draft = (await officer.post("/v1/instruments", json=INSTRUMENT)).json()
    body = {"instrument_id": draft["id"], "member_state": "KEN", "due_on": "2099-03-01"}
    answer = await officer.post("/v1/surveys", json=body)
    assert answer.json()["errors"][0]["field"] == "body.instrument_id"


async def test_no_token_or_the_wrong_role_is_refused(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.urls["assessment"]) as nobody:
        assert (await nobody.get("/v1/surveys")).status_code == 401
    async with client_of(stack, "assessment", "oct") as oct_user:
        assert (await oct_user.post("/v1/instruments", json=INSTRUMENT)).status_code == 403
