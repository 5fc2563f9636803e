"""What the tests of assistance do again and again; each test has States of its own."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.assessment.events import AssessmentCompleted, RecommendationIssued
from services.visits.events import FollowUpReported, StepTaken
from tests.support.waiting import eventually

FAR = "2099-12-31"
Body = dict[str, Any]


async def today(operator: httpx.AsyncClient) -> date:
    """The services' present date."""
    answer = await operator.get("/development/clock")
    return datetime.fromisoformat(answer.json()["now"]).date()


async def pass_days(operator: httpx.AsyncClient, days: int) -> date:
    """Move the services' clock forward; the date it then shows."""
    now = datetime.fromisoformat((await operator.get("/development/clock")).json()["now"])
    later = now + timedelta(days=days)
    answer = await operator.put("/development/clock", json={"now": later.isoformat()})
    assert answer.status_code == 200, answer.text
    return later.date()


async def offered(provider: httpx.AsyncClient, *states: str, **fields: object) -> Body:
    """An offer of the caller's organisation for the States."""
    body: Body = {
        "title": "Help with borders",
        "themes": ["border-control"],
        "member_states": list(states),
        "parallel_projects": 5,
        "willing_until": FAR,
        "able_until": FAR,
    }
    answer = await provider.post("/v1/offers", json=body | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def needed(caller: httpx.AsyncClient, state: str, **fields: object) -> Body:
    """A need opened by hand."""
    body: Body = {
        "member_state": state,
        "theme": "border-control",
        "resolutions": [2396],
        "kind": "training",
        "title": "Training of border guards",
        "priority": "medium",
    }
    answer = await caller.post("/v1/needs", json=body | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def proposed_for(reader: httpx.AsyncClient, need_id: str) -> Body:
    """The match that is proposed for the need."""
    listed = await reader.get("/v1/matches", params={"need_id": need_id, "status": "proposed"})
    (match,) = listed.json()["items"]
    return dict(match)


async def accepted(provider: httpx.AsyncClient, match_id: str, starts_on: date) -> Body:
    """The match accepted by its provider, for a hundred days."""
    answer = await provider.post(
        f"/v1/matches/{match_id}/acceptance",
        json={
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=100)).isoformat(),
        },
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def with_status(reader: httpx.AsyncClient, path: str, status: str) -> Body:
    """The record once it has the status."""
    return dict(await eventually(reader, path, lambda body: body["status"] == status))


async def needs_of(reader: httpx.AsyncClient, recommendation_id: UUID, count: int) -> list[Body]:
    """The recommendation's needs, oldest first, once there are so many."""
    body = await eventually(
        reader,
        "/v1/needs",
        lambda page: len(page["items"]) == count,
        recommendation_id=str(recommendation_id),
        sort="created_at",
    )
    return list(body["items"])


def recommendation(state: str, **fields: Any) -> RecommendationIssued:
    """A recommendation that asks for help, unless the fields say otherwise."""
    values: Body = {
        "member_state": state,
        "recommendation_id": uuid4(),
        "gap_id": uuid4(),
        "theme": "border-control",
        "resolution": 2396,
        "text": "Screen travellers against watch lists.",
        "priority": "high",
        "technical_assistance_needed": True,
        "issued_on": date(2026, 1, 1),
        "target_on": date(2027, 1, 1),
    }
    return RecommendationIssued(**values | fields)


def follow_up(state: str, *recommendations: UUID, **fields: Any) -> FollowUpReported:
    """Steps taken on the recommendations, each of which still needs help."""
    values: Body = {
        "member_state": state,
        "follow_up_id": uuid4(),
        "report_id": uuid4(),
        "reported_on": date(2026, 6, 1),
        "steps": [
            StepTaken(
                recommendation_id=key,
                theme="border-control",
                progress="in_progress",
                technical_assistance_needed=True,
            )
            for key in recommendations
        ],
    }
    return FollowUpReported(**values | fields)


def assessment(state: str, completed_on: date, **fields: Any) -> AssessmentCompleted:
    """A completed assessment, with a score of border control."""
    values: Body = {
        "member_state": state,
        "assessment_id": uuid4(),
        "survey_id": uuid4(),
        "completed_on": completed_on,
        "score": 0.5,
        "scores_by_theme": {"border-control": 0.4},
    }
    return AssessmentCompleted(**values | fields)
