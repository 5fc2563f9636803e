"""From a submitted response to scores, gaps and recommendations, over HTTP and events."""

from uuid import uuid4

import httpx
import pytest

from services.assessment.events import (
    AssessmentCompleted,
    GapIdentified,
    RecommendationIssued,
)
from services.assistance.events import ProjectCompleted, ProjectStarted
from services.visits.events import FollowUpReported, StepTaken
from shared.embedded.stack import Stack
from tests.service.assessment.steps import assessed, issued, recommended
from tests.support.events import publish, publish_envelopes, read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(60)


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
    gravest = {"assessment_id": assessment["id"], "sort": "-severity", "limit": 1}
    first = (await officer.get("/v1/gaps", params=gravest)).json()
    then = (
        await officer.get("/v1/gaps", params={**gravest, "cursor": first["next_cursor"]})
    ).json()
    assert [page["items"][0]["severity"] for page in (first, then)] == ["critical", "medium"]
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


async def test_who_sees_other_scores_finds_them_in_another_order(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    kept = {"CFT-1": {"value": "no", "confidential": True}, "BC-1": "yes"}
    one = await assessed(stack, officer, "NIC", kept)
    other = await assessed(stack, officer, "NIC", {"CFT-1": "yes", "BC-1": "no"})
    async with client_of(stack, "assessment", "oct") as oct_user:
        for reader, ids, scores in (
            (officer, [other["id"], one["id"]], [0.625, 0.375]),
            (oct_user, [one["id"], other["id"]], [1, 0.625]),
        ):
            for sort, turn in (("-score", 1), ("score", -1)):
                query = {"member_state": "NIC", "sort": sort, "limit": "1"}
                first = (await reader.get("/v1/assessments", params=query)).json()
                query["cursor"] = first["next_cursor"]
                second = (await reader.get("/v1/assessments", params=query)).json()
                found = first["items"] + second["items"]
                assert [item["id"] for item in found] == ids[::turn]
                assert [item["overall"]["score"] for item in found] == scores[::turn]
                assert second["next_cursor"] is None


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
    another = started.model_copy(update={"project_id": uuid4()})
    await publish(stack, another, completed)  # nor where more help begins
    body = await eventually(officer, path, lambda body: body["review_requested_on"] is not None)
    assert body["status"] == "partly_implemented"
    assert str(project) in body["review_because"]
    listed = await officer.get("/v1/recommendations", params={"review_requested": "true"})
    assert recommendation["id"] in {item["id"] for item in listed.json()["items"]}
