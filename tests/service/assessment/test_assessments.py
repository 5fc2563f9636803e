"""From a submitted response to scores, gaps and recommendations, over HTTP and events."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import (
    AssessmentCompleted,
    GapIdentified,
    RecommendationIssued,
    RecommendationStatusChanged,
)
from services.assistance.events import ProjectCompleted, ProjectStarted
from services.visits.events import FollowUpReported, StepTaken
from shared.embedded.stack import Stack
from tests.service.assessment.steps import assessed, issued
from tests.support.events import publish, publish_envelopes, read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


async def gap_of(officer: httpx.AsyncClient, assessment: dict[str, Any]) -> dict[str, Any]:
    query = {"assessment_id": assessment["id"], "theme": "countering-financing"}
    (gap,) = (await officer.get("/v1/gaps", params=query)).json()["items"]
    return dict(gap)


async def recommended(
    stack: Stack, officer: httpx.AsyncClient, state: str, **fields: Any
) -> dict[str, Any]:
    gap = await gap_of(officer, await assessed(stack, officer, state, **fields))
    drafted = await officer.post(
        "/v1/recommendations",
        json={
            "gap_id": gap["id"],
            "text": "Make the financing of terrorism a crime in its own right.",
            "priority": "high",
            "technical_assistance_needed": True,
            "target_on": "2099-01-01",
        },
    )
    assert drafted.status_code == 201, drafted.text
    async with client_of(stack, "assessment", "cted_lead") as lead:
        answer = await lead.post(f"/v1/recommendations/{drafted.json()['id']}/issuance")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_assessment_scores_the_response_and_derives_its_gaps(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "PER")
    score = pytest.approx((0 * 5 + 0.5 * 3) / 8, abs=1e-4)
    assert assessment["overall"] == {
        "score": score, "low": score, "high": score, "asked": 2, "answered": 2,
    }  # fmt: skip
    assert {name: found["score"] for name, found in assessment["by_theme"].items()} == {
        "border-control": 0.5,
        "countering-financing": 0.0,
    }
    assert assessment["by_provision"].keys() == {"1373 1(b)", "2396"}
    gaps = (await officer.get("/v1/gaps", params={"assessment_id": assessment["id"]})).json()
    assert {(gap["question"], gap["answer"], gap["severity"]) for gap in gaps["items"]} == {
        ("CFT-1", "no", "critical"),
        ("BC-1", "partial", "medium"),
    }
    completed = await read_event(stack, AssessmentCompleted, assessment_id=assessment["id"])
    assert completed["data"]["score"] == assessment["overall"]["score"]
    identified = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == GapIdentified.type
            and event["data"]["assessment_id"] == assessment["id"]
        ),
        2,
    )
    assert {event["data"]["gap_id"] for event in identified} == {g["id"] for g in gaps["items"]}


async def test_a_response_is_assessed_once(stack: Stack, officer: httpx.AsyncClient) -> None:
    assessment = await assessed(stack, officer, "ECU")
    again = await officer.post(
        "/v1/assessments", json={"survey_id": assessment["survey_id"], "summary": ""}
    )
    assert (again.status_code, again.json()["type"]) == (409, "urn:ctc:problem:illegal-transition")


async def test_an_unsubmitted_response_is_not_assessed(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await issued(stack, officer, "BOL")
    answer = await officer.post("/v1/assessments", json={"survey_id": survey["id"], "summary": ""})
    assert answer.status_code == 409
    unknown = await officer.post("/v1/assessments", json={"survey_id": str(uuid4()), "summary": ""})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "body.survey_id"


async def test_a_recommendation_is_issued_and_moves_on(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "GTM")
    event = await read_event(stack, RecommendationIssued, recommendation_id=recommendation["id"])
    assert event["data"]["text"] == recommendation["text"]
    path = f"/v1/recommendations/{recommendation['id']}"
    async with client_of(stack, "assessment", "member_state", member_state="GTM") as state:
        early = await state.post(
            f"{path}/status-changes", json={"status": "implemented", "reason": "We say so."}
        )
        assert early.status_code == 403
        accepted = await state.post(
            f"{path}/status-changes", json={"status": "accepted", "reason": "Agreed in cabinet."}
        )
        assert accepted.json()["status"] == "accepted"
    ended = await officer.post(
        f"{path}/status-changes", json={"status": "implemented", "reason": "Act 12 of 2099."}
    )
    assert ended.json()["status"] == "implemented"
    back = await officer.post(
        f"{path}/status-changes", json={"status": "in_progress", "reason": "No."}
    )
    assert (back.status_code, back.json()["type"]) == (409, "urn:ctc:problem:illegal-transition")
    steps = (await officer.get(f"{path}/status-changes")).json()["items"]
    assert [step["status"] for step in steps] == ["issued", "accepted", "implemented"]
    changes = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == RecommendationStatusChanged.type
            and event["data"]["recommendation_id"] == recommendation["id"]
        ),
        2,
    )
    assert [change["data"]["status"] for change in changes] == ["accepted", "implemented"]


async def test_a_draft_is_for_cted_and_the_committee_until_it_is_issued(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_of(officer, await assessed(stack, officer, "SLV"))
    body = {
        "gap_id": gap["id"],
        "text": "Make the financing of terrorism a crime in its own right.",
        "priority": "low",
        "technical_assistance_needed": False,
        "target_on": "2099-01-01",
    }
    draft = (await officer.post("/v1/recommendations", json=body)).json()
    path = f"/v1/recommendations/{draft['id']}"
    async with client_of(stack, "assessment", "member_state", member_state="SLV") as state:
        assert (await state.get(path)).status_code == 404
        assert (await state.get("/v1/recommendations")).json()["items"] == []
    revised = await officer.patch(path, json={"priority": "high"}, headers={"If-Match": '"1"'})
    assert (revised.json()["priority"], revised.headers["etag"]) == ("high", '"2"')
    assert (await officer.post(f"{path}/issuance")).status_code == 403, "a lead's to issue"
    async with client_of(stack, "assessment", "cted_lead") as lead:
        assert (await lead.post(f"{path}/issuance")).status_code == 200
    late = await officer.patch(path, json={"priority": "low"}, headers={"If-Match": '"3"'})
    assert late.status_code == 409


async def test_what_a_state_keeps_confidential_reaches_nobody_else(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "URY", confidential=True)
    gap, assessment = recommendation["gap_id"], await _assessment_id(officer, "URY")
    paths = [f"/v1/gaps/{gap}", f"/v1/assessments/{assessment}"]
    paths.append(f"/v1/recommendations/{recommendation['id']}")
    for role, claims, status in (
        ("oct", {}, 404),
        ("un_entity", {}, 404),
        ("member_state", {"member_state": "PRY"}, 404),
        ("member_state", {"member_state": "URY"}, 200),
        ("committee_member", {}, 200),
    ):
        async with client_of(stack, "assessment", role, **claims) as client:
            assert {(await client.get(path)).status_code for path in paths} == {status}, role
            for listed in ("/v1/gaps", "/v1/assessments", "/v1/recommendations"):
                items = (await client.get(listed, params={"limit": "200"})).json()["items"]
                assert any(item["member_state"] == "URY" for item in items) == (status == 200)
    event = await read_event(stack, RecommendationIssued, recommendation_id=recommendation["id"])
    assert (event["data"]["confidential"], event["data"]["text"]) == (True, "")


async def _assessment_id(officer: httpx.AsyncClient, state: str) -> str:
    answer = await officer.get("/v1/assessments", params={"member_state": state})
    return str(answer.json()["items"][0]["id"])


async def test_help_and_reported_steps_move_a_recommendation_by_event(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "PAN")
    path = f"/v1/recommendations/{recommendation['id']}"
    project = uuid4()
    about = {"member_state": "PAN", "project_id": project}
    started = ProjectStarted(
        **about,
        need_id=uuid4(),
        recommendation_id=recommendation["id"],
        provider="UNODC",
        theme=recommendation["theme"],
        started_on="2030-01-01",
        ends_on="2030-12-31",
    )
    (envelope,) = await publish(stack, started)
    await eventually(officer, path, lambda body: body["status"] == "in_progress")
    step = StepTaken(
        recommendation_id=recommendation["id"],
        theme=recommendation["theme"],
        progress="partly_implemented",
        technical_assistance_needed=False,
    )
    reported = FollowUpReported(
        member_state="PAN",
        follow_up_id=uuid4(),
        report_id=uuid4(),
        reported_on="2030-06-01",
        steps=[step],
    )
    await publish(stack, reported)
    await eventually(officer, path, lambda body: body["status"] == "partly_implemented")
    completed = ProjectCompleted(
        **about,
        recommendation_id=recommendation["id"],
        provider="UNODC",
        completed_on="2030-12-31",
    )
    await publish_envelopes(stack, envelope)  # redelivered: it must not go back to in_progress
    await publish(stack, completed)
    body = await eventually(officer, path, lambda body: body["review_requested_on"] is not None)
    assert body["status"] == "partly_implemented"
    assert str(project) in body["review_because"]
    listed = await officer.get("/v1/recommendations", params={"review_requested": "true"})
    assert recommendation["id"] in {item["id"] for item in listed.json()["items"]}
