"""From a recommendation to the impact of the project that helped with it."""

from datetime import timedelta

import httpx
import pytest

from services.assistance.events import (
    ImpactAssessed,
    MatchAccepted,
    MatchProposed,
    NeedOpened,
    ProjectCompleted,
    ProjectStarted,
)
from shared.embedded.stack import Stack
from tests.service.assistance import steps
from tests.support.events import publish, read_event
from tests.support.waiting import eventually


@pytest.mark.timeout(90)
async def test_a_recommendation_becomes_a_project_and_the_next_assessment_shows_its_impact(
    stack: Stack,
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
) -> None:
    started_on = await steps.today(operator)
    await steps.offered(unodc, "KEN")
    recommended = steps.recommendation("KEN")
    key = str(recommended.recommendation_id)
    await publish(stack, steps.assessment("KEN", started_on), recommended)

    opened = await read_event(stack, NeedOpened, recommendation_id=key)
    need = (await officer.get(f"/v1/needs/{opened['data']['need_id']}")).json()
    assert (need["title"], need["priority"], need["resolutions"], need["status"]) == (
        "Screen travellers against watch lists.", "high", [2396], "proposed",
    )  # fmt: skip
    assert need["unmet_because"] is None

    proposed = await read_event(stack, MatchProposed, need_id=need["id"])
    assert proposed["data"]["provider"] == "UNODC"
    assert proposed["data"]["answer_due_on"] == (started_on + timedelta(days=30)).isoformat()
    match = (await unodc.get(f"/v1/matches/{proposed['data']['match_id']}")).json()
    assert match["because"] == (
        "UNODC offers help with Border control, names Kenya and has 5 of 5 parallel projects free. "
        "No other organisation fits."
    )

    taken = await steps.accepted(unodc, match["id"], started_on)
    project = f"/v1/projects/{taken['project_id']}"
    assert taken["status"] == "accepted"
    accepted = await read_event(stack, MatchAccepted, match_id=match["id"])
    started = await read_event(stack, ProjectStarted, recommendation_id=key)
    assert accepted["data"]["accepted_on"] == started["data"]["started_on"]
    running = (await officer.get(project)).json()
    assert (running["status"], running["organisation"], running["baseline_score"]) == (
        "running", "UNODC", 0.4,
    )  # fmt: skip
    assert (await officer.get(f"/v1/needs/{need['id']}")).json()["status"] == "in_project"

    await steps.pass_days(operator, 100)
    done = await unodc.post(f"{project}/completion", json={"summary": "All guards are trained."})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    await read_event(stack, ProjectCompleted, recommendation_id=key)
    assert (await officer.get(f"/v1/needs/{need['id']}")).json()["status"] == "met"

    later = await steps.pass_days(operator, 30)
    await publish(
        stack, steps.assessment("KEN", later, scores_by_theme={"border-control": 0.7, "arms": 1})
    )
    impact = await read_event(stack, ImpactAssessed, project_id=taken["project_id"])
    assert (impact["data"]["baseline_score"], impact["data"]["later_score"]) == (0.4, 0.7)
    kept = await eventually(
        unodc, "/v1/impacts", lambda page: len(page["items"]) == 1, member_state="KEN"
    )
    assert kept["items"][0]["change"] == 0.3
    assert "does not prove" in kept["caution"]
