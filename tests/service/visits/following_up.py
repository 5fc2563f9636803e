"""The way of a follow-up from its opening to the Committee's consideration."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx

from services.assessment import events as assessment
from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors, Body, done, follow_up_of, submitted_report
from tests.support.events import publish
from tests.support.waiting import eventually


def issued(state: str, **fields: object) -> assessment.RecommendationIssued:
    known = {
        "member_state": state,
        "recommendation_id": uuid4(),
        "gap_id": uuid4(),
        "theme": "law-enforcement",
        "resolution": 1373,
        "text": "Train investigators.",
        "priority": "medium",
        "technical_assistance_needed": False,
        "issued_on": date(2020, 1, 15),
        "target_on": date(2021, 1, 15),
    }
    return assessment.RecommendationIssued.model_validate(known | fields)


async def opened(
    stack: Stack, actors: Actors, state: str, *recommended: assessment.RecommendationIssued
) -> Body:
    """The State's open follow-up, once its recommendations are known."""
    await publish(stack, *recommended)
    await submitted_report(actors, state)
    follow_up = await follow_up_of(actors, state)
    known: Body = await eventually(
        actors.of("cted_officer"),
        f"/v1/follow-ups/{follow_up['id']}",
        lambda body: len(body["recommendations"]) == len(recommended),
    )
    return known


def step(about: UUID, **fields: object) -> Body:
    taken = {
        "recommendation_id": str(about),
        "progress": "implemented",
        "description": "A law was passed.",
        "technical_assistance_needed": False,
        "evidence": [],
    }
    return taken | fields


def sent(saved: Body) -> list[Body]:
    """The steps of a follow-up as the State sent them."""
    return [{name: one[name] for name in one if name != "review"} for one in saved["steps"]]


async def save(client: httpx.AsyncClient, follow_up: Body, *steps: Body) -> httpx.Response:
    return await client.put(
        f"/v1/follow-ups/{follow_up['id']}/steps",
        json={"steps": list(steps)},
        headers={"If-Match": f'"{follow_up["version"]}"'},
    )


async def reported(
    stack: Stack, actors: Actors, state: str, *recommended: assessment.RecommendationIssued
) -> Body:
    """The State's follow-up with a step on each recommendation reported."""
    follow_up = await opened(stack, actors, state, *recommended)
    steps = [step(one.recommendation_id) for one in recommended]
    saved = await done(await save(actors.state(state), follow_up, *steps))
    return await done(await actors.state(state).post(f"/v1/follow-ups/{saved['id']}/report"))


async def verify(
    actors: Actors, follow_up: Body, about: UUID, progress: str = "implemented", **fields: object
) -> httpx.Response:
    body = {"progress": progress, "comment": "Seen in the official gazette."}
    path = f"/v1/follow-ups/{follow_up['id']}/steps/{about}/verification"
    return await actors.of("cted_officer").post(path, json=body | fields)


async def overdue(actors: Actors, follow_up: Body, days: int) -> None:
    """Let the follow-up be due for so many days."""
    path = f"/v1/follow-ups/{follow_up['id']}"
    now = await done(await actors.of("cted_officer").get(path))
    due_on = date.fromisoformat(now["due_on"])
    await actors.advance_to(due_on + timedelta(days=days))
    await eventually(actors.of("cted_officer"), path, lambda body: body["status"] == "due")
