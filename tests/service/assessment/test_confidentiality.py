"""What a State keeps confidential, and lifts again, reaches all that follows from it (¶23)."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.assessment.events import AssessmentCompleted, ConfidentialityChanged
from shared.embedded.event_log import EventLog
from shared.embedded.stack import Stack
from tests.service.assessment.evidence import attached
from tests.service.assessment.steps import (
    ANSWERS,
    BC,
    CFT,
    INSTRUMENT,
    Json,
    accepted,
    assessed,
    carried,
    completed,
    drafted,
    gap_in,
    issued,
    opened,
    rate,
    recommended,
    save,
)
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
REQUESTS = "/v1/confidentiality-requests"


async def request(
    client: httpx.AsyncClient, action: str, subject: str, subject_id: str, *questions: str
) -> httpx.Response:
    body: Json = {"subject": subject, "subject_id": subject_id, "action": action}
    body |= {"reason": "By decision of the ministry.", "questions": list(questions)}
    return await client.post(REQUESTS, json=body)


async def seen_by(client: httpx.AsyncClient, *paths: str) -> list[bool]:
    return [(await client.get(path)).status_code == 200 for path in paths]


async def test_a_state_keeps_a_whole_round_confidential_and_lifts_it(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "AND")
    gap = (await officer.get(f"/v1/gaps/{recommendation['gap_id']}")).json()
    paths = [
        f"/v1/recommendations/{recommendation['id']}",
        f"/v1/gaps/{gap['id']}",
        f"/v1/assessments/{gap['assessment_id']}",
        f"/v1/surveys/{gap['survey_id']}",
    ]
    async with (
        client_of(stack, "assessment", "oct") as oct_user,
        client_of(stack, "assessment", "member_state", member_state="AND") as state,
    ):
        assert all(await seen_by(oct_user, *paths))
        placed = await request(state, "place", "survey", gap["survey_id"])
        assert placed.status_code == 201, placed.text
        assert not any(await seen_by(oct_user, *paths))
        assert all(await seen_by(state, *paths))
        for kind, record in (("survey", gap["survey_id"]), ("gap", gap["id"])):
            event = await read_event(stack, ConfidentialityChanged, kind=kind, record_id=record)
            assert event["data"]["confidential"] is True
        again = await request(state, "place", "survey", gap["survey_id"])
        assert again.status_code == 409
        lifted = await request(state, "lift", "survey", gap["survey_id"])
        assert lifted.status_code == 201
        assert all(await seen_by(oct_user, *paths))
        await read_event(
            stack, ConfidentialityChanged, record_id=recommendation["id"], confidential=False
        )
        history = (await state.get(REQUESTS, params={"subject_id": gap["survey_id"]})).json()
        assert [entry["action"] for entry in history["items"]] == ["lift", "place"]
        assert (await state.get(placed.headers["location"])).json()["requested_by"]
        assert (await oct_user.get(REQUESTS)).status_code == 403


async def test_an_answer_kept_confidential_after_the_assessment_leaves_every_figure(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    done = await assessed(stack, officer, "MCO")
    path = f"/v1/assessments/{done['id']}"
    gap = await gap_in(officer, done)
    async with (
        client_of(stack, "assessment", "oct") as oct_user,
        client_of(stack, "assessment", "member_state", member_state="MCO") as state,
    ):
        assert (await oct_user.get(path)).json()["overall"]["asked"] == 2
        placed = await request(state, "place", "answers", done["survey_id"], "CFT-1")
        assert placed.status_code == 201, placed.text
        seen = (await oct_user.get(path)).json()
        assert (seen["overall"]["asked"], seen["overall"]["score"]) == (1, 0.5)
        assert seen["by_provision"].keys() == {"2396"}
        assert (await oct_user.get(f"/v1/gaps/{gap['id']}")).status_code == 404
        section = f"/v1/surveys/{done['survey_id']}/sections/finance"
        assert (await oct_user.get(section)).json()["answers"] == {}
        assert (await officer.get(path)).json()["overall"]["asked"] == 2
        revisions = (await officer.get(f"{section}/revisions")).json()["items"]
        assert revisions[-1]["changes"][0]["after"]["confidential"] is True
        both = await request(state, "place", "answers", done["survey_id"], "BC-1", "CFT-1", "X")
        assert both.status_code == 422
        assert [fault["message"].split()[0] for fault in both.json()["errors"]] == ["CFT-1", "X"]
        assert (await oct_user.get(path)).status_code == 200, "nothing was marked"
        await request(state, "place", "answers", done["survey_id"], "BC-1")
        assert (await oct_user.get(path)).status_code == 404, "nothing open is left of it"
        await request(state, "lift", "answers", done["survey_id"], "CFT-1", "BC-1")
        assert (await oct_user.get(path)).json()["overall"] == done["overall"]


async def test_a_recommendation_is_confidential_while_one_of_its_gaps_is(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    done = await assessed(stack, officer, "AUT")
    gaps = [await gap_in(officer, done, code) for code in ("CFT-1", "BC-1")]
    both = await carried(stack, officer, await drafted(officer, *gaps))
    async with (
        client_of(stack, "assessment", "oct") as oct_user,
        client_of(stack, "assessment", "member_state", member_state="AUT") as state,
    ):
        for action, seen in (("place", False), ("lift", True)):
            await request(state, action, "answers", done["survey_id"], "BC-1")
            assert await seen_by(oct_user, f"/v1/recommendations/{both['id']}") == [seen]


async def test_a_state_learns_of_no_recommendation_that_is_not_issued(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    done = await assessed(stack, officer, "GRD")
    gap = await gap_in(officer, done)
    draft = await drafted(officer, gap)
    issued_too = await carried(stack, officer, await drafted(officer, gap))
    async with client_of(stack, "assessment", "member_state", member_state="GRD") as state:
        refused = await request(state, "place", "recommendation", draft["id"])
        assert refused.json()["errors"][0]["field"] == "body.subject_id"
        await request(state, "place", "survey", done["survey_id"])
    assert (await officer.get(f"/v1/recommendations/{draft['id']}")).json()["confidential"] is True
    await read_event(stack, ConfidentialityChanged, record_id=issued_too["id"])
    events = await EventLog(stack.bootstrap_servers).read("ctc.assessment")
    assert draft["id"] not in {event["data"].get("record_id") for event in events}


async def test_what_only_a_confidential_answer_makes_shown_is_left_out(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    follows: Json = CFT | {"code": "CFT-2", "provisions": [{"resolution": 2462}]}
    follows |= {"shown_if": {"question": "CFT-1", "is_any_of": ["no"]}}
    section = {"code": "all", "title": "All", "questions": [CFT, follows, BC]}
    answers = {"CFT-1": {"value": "no", "confidential": True}, "CFT-2": "yes", "BC-1": "yes"}
    instrument = INSTRUMENT | {"sections": [section]}
    done = await assessed(stack, officer, "LCA", answers, instrument)
    path = f"/v1/surveys/{done['survey_id']}"
    async with client_of(stack, "assessment", "oct") as oct_user:
        seen = await oct_user.get(f"{path}/sections/all")
        assert seen.json()["answers"].keys() == {"BC-1"}
        assert (seen.json()["version"], seen.json()["updated_at"]) == (None, None)
        assert "etag" not in seen.headers
        (progress,) = (await oct_user.get(path)).json()["sections"]
        assert (progress["shown"], progress["answered"]) == (1, 1)
    (progress,) = (await officer.get(path)).json()["sections"]
    assert (progress["shown"], progress["answered"]) == (3, 3)


async def test_what_is_carried_from_a_confidential_round_is_confidential(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    first = await accepted(stack, officer, "NRU", confidential=True)
    second = await issued(stack, officer, "NRU", carry_forward=True)
    path = f"/v1/surveys/{second['id']}/sections/finance"
    carried_over = (await officer.get(path)).json()["answers"]["CFT-1"]
    assert (carried_over["carried_from"], carried_over["confidential"]) == (first["id"], True)
    await save(officer, second, "finance", {"CFT-1": {"value": "no", "confidential": False}})
    for step in ("submission", "acceptance"):
        assert (await officer.post(f"/v1/surveys/{second['id']}/{step}")).status_code == 200
    done = await opened(officer, second)
    await rate(officer, done)
    await completed(officer, done)
    async with client_of(stack, "assessment", "oct") as oct_user:
        seen = (await oct_user.get(f"/v1/surveys/{second['id']}")).json()
        assert seen["carried_from"] is None
        told = [(part["answered"], part["carried_forward"]) for part in seen["sections"]]
        assert told == [(1, None), (0, None)]


async def test_a_recommendation_stays_confidential_while_the_state_keeps_it_so(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "LIE")
    path = f"/v1/recommendations/{recommendation['id']}"
    gap = (await officer.get(f"/v1/gaps/{recommendation['gap_id']}")).json()
    async with (
        client_of(stack, "assessment", "oct") as oct_user,
        client_of(stack, "assessment", "member_state", member_state="LIE") as state,
    ):
        await request(state, "place", "recommendation", recommendation["id"])
        assert await seen_by(oct_user, path, f"/v1/gaps/{gap['id']}") == [False, True]
        await request(officer, "place", "survey", gap["survey_id"])
        await request(officer, "lift", "survey", gap["survey_id"])
        assert await seen_by(oct_user, path, f"/v1/gaps/{gap['id']}") == [False, True]
        await request(state, "lift", "recommendation", recommendation["id"])
        assert await seen_by(oct_user, path) == [True]
    told = {"kind": "recommendation", "record_id": recommendation["id"]}
    placed = await read_event(stack, ConfidentialityChanged, **told, confidential=True)
    lifted = await read_event(stack, ConfidentialityChanged, **told, confidential=False)
    assert [event["data"]["text"] for event in (placed, lifted)] == ["", recommendation["text"]]


async def test_nobody_is_told_of_a_recommendation_that_is_not_issued(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "MCO"))
    draft = await drafted(officer, gap)
    for action in ("place", "lift"):
        assert (await request(officer, action, "survey", gap["survey_id"])).status_code == 201
    issued_since = await carried(stack, officer, draft)
    assert issued_since["confidential"] is False
    assert (await request(officer, "place", "survey", gap["survey_id"])).status_code == 201
    told = await read_events(
        stack,
        "ctc.assessment",
        lambda event: event["subject"] == "MCO" and event["data"].get("kind") == "recommendation",
        1,
    )
    assert [event["data"]["confidential"] for event in told] == [True]


async def test_an_assessment_tells_what_it_covered_but_no_score_of_what_is_kept_back(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    answers = {"CFT-1": {"value": "no", "confidential": True}, "BC-1": "partial"}
    assessment = await assessed(stack, officer, "LUX", answers)
    told = await read_event(stack, AssessmentCompleted, assessment_id=assessment["id"])
    assert told["data"]["scores_by_theme"] == {"border-control": 0.5}
    assert told["data"]["themes"] == ["border-control", "countering-financing"]


async def test_what_is_marked_stays_so_when_the_answer_is_saved_again(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "SMR")
    await save(officer, survey, "finance", {"CFT-1": {"value": "no", "confidential": True}})
    await save(officer, survey, "finance", {"CFT-1": {"value": "yes"}})
    path = f"/v1/surveys/{survey['id']}/sections/finance"
    assert (await officer.get(path)).json()["answers"]["CFT-1"]["confidential"] is True
    await save(officer, survey, "finance", {"CFT-1": {"value": "yes", "confidential": False}})
    assert (await officer.get(path)).json()["answers"]["CFT-1"]["confidential"] is False


async def test_a_survey_issued_as_confidential_has_that_on_record(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "VUT", confidential=True)
    (entry,) = (await officer.get(REQUESTS, params={"subject_id": survey["id"]})).json()["items"]
    assert (entry["action"], entry["member_state"]) == ("place", "VUT")


async def test_only_the_state_itself_and_cted_may_ask(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await accepted(stack, officer, "PLW")
    async with client_of(stack, "assessment", "member_state", member_state="FSM") as other:
        refused = await request(other, "place", "survey", survey["id"])
        assert refused.json()["errors"][0]["field"] == "body.subject_id"
        assert (await other.get(REQUESTS, params={"subject_id": survey["id"]})).json()[
            "items"
        ] == []
    async with client_of(stack, "assessment", "committee_member") as member:
        assert (await request(member, "place", "survey", survey["id"])).status_code == 403
    unknown = await request(officer, "lift", "recommendation", str(uuid4()))
    assert unknown.json()["errors"][0]["field"] == "body.subject_id"
    mixed = await request(officer, "place", "survey", survey["id"], "CFT-1")
    assert mixed.status_code == 422


async def test_a_request_and_a_status_that_evidence_shows_do_not_wait_in_a_circle(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "SMR")
    file = await attached(officer, survey)
    for section, question in (("finance", "CFT-1"), ("borders", "BC-1")):
        await save(officer, survey, section, {question: ANSWERS[question]})
    for step in ("submission", "acceptance"):
        assert (await officer.post(f"/v1/surveys/{survey['id']}/{step}")).status_code == 200
    assessment = await opened(officer, survey)
    await rate(officer, assessment)
    gap = await gap_in(officer, await completed(officer, assessment))
    recommendation = await carried(stack, officer, await drafted(officer, gap))
    path = f"/v1/recommendations/{recommendation['id']}"

    other = await asyncpg.connect(stack.database_urls["assessment"].replace("+asyncpg", ""))
    await other.execute("BEGIN")
    await other.execute("SELECT 1 FROM gaps WHERE id = $1 FOR UPDATE", UUID(gap["id"]))
    requested = asyncio.create_task(request(officer, "place", "survey", survey["id"]))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while not await other.fetchval(waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    found = {"status": "implemented", "reason": "In force.", "evidence_ids": [file["id"]]}
    changed = await officer.post(f"{path}/status-changes", json=found, timeout=10)
    assert (changed.status_code, changed.json()["status"]) == (200, "implemented")
    await other.close()
    assert (await requested).status_code == 201
    kept = (await officer.get(path)).json()
    assert (kept["confidential"], kept["status"]) == (True, "implemented")
    assert (await officer.get(f"/v1/evidence/{file['id']}")).json()["confidential"] is True
