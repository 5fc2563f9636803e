"""Projects: completed or cancelled by their provider or CTED; and what changed afterwards."""

from datetime import timedelta
from typing import Any

import httpx

from services.assessment.events import AssessmentCompleted
from services.assistance.events import ImpactAssessed
from shared.embedded.stack import Stack
from tests.service.assistance import steps
from tests.support.events import publish, publish_envelopes, read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually


async def _running(
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    provider: httpx.AsyncClient,
    state: str,
    *,
    starts_in: int = 0,
    **fields: Any,
) -> steps.Body:
    await steps.offered(provider, state, parallel_projects=1)
    need = await steps.needed(officer, state, **fields)
    match = await steps.proposed_for(provider, need["id"])
    starts_on = await steps.today(operator) + timedelta(days=starts_in)
    taken = await steps.accepted(provider, match["id"], starts_on)
    return dict((await provider.get(f"/v1/projects/{taken['project_id']}")).json())


async def test_a_cancelled_project_leaves_its_need_to_another_organisation(
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    undp: httpx.AsyncClient,
) -> None:
    project = await _running(officer, operator, unodc, "VNM")
    path, need = f"/v1/projects/{project['id']}", f"/v1/needs/{project['need_id']}"
    assert (await officer.post(f"{need}/withdrawal", json={"reason": "Why?"})).status_code == 409
    cancelled = await unodc.post(f"{path}/cancellation", json={"reason": "Funds were cut."})
    assert (cancelled.json()["status"], cancelled.json()["cancelled_because"]) == (
        "cancelled",
        "Funds were cut.",
    )
    assert (await officer.get(need)).json()["status"] == "open"
    await steps.offered(undp, "VNM")
    next_one = await steps.proposed_for(officer, project["need_id"])
    assert next_one["organisation"] == "UNDP"
    await steps.accepted(undp, next_one["id"], await steps.today(operator))
    assert (await officer.get(need)).json()["status"] == "in_project"
    for step, body in (("cancellation", {"reason": "Twice."}), ("completion", {"summary": "All."})):
        again = await unodc.post(f"{path}/{step}", json=body)
        assert (again.status_code, again.json()["type"]) == (
            409,
            "urn:ctc:problem:illegal-transition",
        )


async def test_a_completed_project_frees_capacity_for_the_need_that_waits(
    officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    project = await _running(officer, operator, unodc, "THA")
    waiting = await steps.needed(officer, "THA")
    assert waiting["status"] == "open"
    path = f"/v1/projects/{project['id']}/completion"
    stale = await officer.post(path, json={"summary": "Done."}, headers={"If-Match": '"5"'})
    assert stale.status_code == 412
    done = await officer.post(path, json={"summary": "Done."}, headers={"If-Match": '"1"'})
    assert (done.json()["status"], done.json()["summary"]) == ("completed", "Done.")
    assert (await steps.proposed_for(officer, waiting["id"]))["organisation"] == "UNODC"


async def test_a_project_is_not_complete_before_it_starts_nor_by_others(
    stack: Stack,
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    undp: httpx.AsyncClient,
    oct_office: httpx.AsyncClient,
) -> None:
    project = await _running(officer, operator, unodc, "LAO", starts_in=5)
    path = f"/v1/projects/{project['id']}"
    body = {"summary": "Done."}
    early = await unodc.post(f"{path}/completion", json=body)
    assert early.status_code == 409
    assert project["starts_on"] in early.json()["detail"]
    await steps.pass_days(operator, 5)
    for other in (undp, oct_office):
        assert (await other.post(f"{path}/completion", json=body)).status_code == 403
        answer = await other.post(f"{path}/cancellation", json={"reason": "Ours now."})
        assert answer.status_code == 403
    async with client_of(stack, "assistance", "member_state", member_state="LAO") as laos:
        assert (await laos.get(path)).status_code == 200
        assert (await laos.post(f"{path}/completion", json=body)).status_code == 403
    empty = await unodc.post(f"{path}/completion", json={"summary": ""})
    assert [fault["field"] for fault in empty.json()["errors"]] == ["body.summary"]
    assert (await unodc.post(f"{path}/completion", json=body)).status_code == 200


async def test_projects_are_filtered_by_each_of_their_facts(
    officer: httpx.AsyncClient, operator: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    project = await _running(officer, operator, undp, "PHL")
    for match in (
        {"member_state": "PHL"},
        {"member_state": "PHL", "organisation": "UNDP", "status": "running"},
        {"member_state": "PHL", "theme": "border-control"},
    ):
        assert (await officer.get("/v1/projects", params=match)).json()["items"] == [project]
    for other in ({"organisation": "OCT"}, {"status": "cancelled"}, {"theme": "arms"}):
        listed = await officer.get("/v1/projects", params={"member_state": "PHL"} | other)
        assert listed.json()["items"] == []


async def test_impact_is_told_once_per_assessment_even_when_redelivered(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    await publish(stack, steps.assessment("IDN", await steps.today(operator)))
    project = await _running(officer, operator, unodc, "IDN")
    path = f"/v1/projects/{project['id']}"
    await eventually(officer, path, lambda body: body["baseline_score"] == 0.4)
    on_the_day = steps.assessment("IDN", await steps.today(operator))
    await unodc.post(f"{path}/completion", json={"summary": "Done."})
    later = await steps.pass_days(operator, 10)
    first, second = [
        steps.assessment("IDN", later, scores_by_theme={"border-control": score})
        for score in (0.3, 0.6)
    ]
    other_theme = steps.assessment("IDN", later, scores_by_theme={"arms": 1.0})
    envelopes = await publish(stack, on_the_day, other_theme, first)
    await publish_envelopes(stack, *envelopes)
    await publish(stack, first, second)  # told anew under another event id, then another one
    events = await read_events(
        stack,
        "ctc.assistance",
        lambda event: event["type"] == ImpactAssessed.type and event["subject"] == "IDN",
        2,
    )
    assert [event["data"]["later_score"] for event in events] == [0.3, 0.6]
    dead = await operator.get(
        "/v1/operations/dead-letters", params={"event_type": AssessmentCompleted.type}
    )
    assert dead.json()["items"] == []
    kept = await eventually(
        officer,
        "/v1/impacts",
        lambda page: len(page["items"]) >= 2,
        member_state="IDN",
        organisation="UNODC",
        theme="border-control",
    )
    assert sorted(impact["change"] for impact in kept["items"]) == [-0.1, 0.2]


async def test_a_project_without_baseline_has_an_impact_that_is_kept_and_not_claimed(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    project = await _running(officer, operator, unodc, "MMR")
    assert project["baseline_score"] is None
    await unodc.post(f"/v1/projects/{project['id']}/completion", json={"summary": "Done."})
    later = await steps.pass_days(operator, 1)
    await publish(stack, steps.assessment("MMR", later))
    kept = await eventually(
        officer, "/v1/impacts", lambda page: len(page["items"]) == 1, member_state="MMR"
    )
    (impact,) = kept["items"]
    assert (impact["baseline_score"], impact["later_score"], impact["change"]) == (None, 0.4, None)


async def test_an_assessment_heard_late_is_still_the_baseline_of_a_project_not_yet_started(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    project = await _running(officer, operator, unodc, "MNG", starts_in=5)
    path, day = f"/v1/projects/{project['id']}", await steps.today(operator)
    after = steps.assessment(
        "MNG", day + timedelta(days=6), scores_by_theme={"border-control": 0.9}
    )
    before = steps.assessment(
        "MNG", day + timedelta(days=1), scores_by_theme={"border-control": 0.2}
    )
    older = steps.assessment("MNG", day, scores_by_theme={"border-control": 0.1})
    await publish(stack, after, before, older)
    marker = steps.recommendation("MNG")
    await publish(stack, marker)
    await steps.needs_of(officer, marker.recommendation_id, 1)
    assert (await officer.get(path)).json()["baseline_score"] == 0.2


async def test_a_confidential_assessment_stays_so_in_baseline_and_impact(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    project = await _running(officer, operator, unodc, "NPL")
    path, day = f"/v1/projects/{project['id']}", await steps.today(operator)
    await publish(stack, steps.assessment("NPL", day, confidential=True))
    await eventually(officer, path, lambda body: body["baseline_score"] == 0.4)
    assert (await unodc.get(path)).json()["baseline_score"] is None
    done = await unodc.post(f"{path}/completion", json={"summary": "Done."})
    assert done.json()["baseline_score"] is None
    await publish(stack, steps.assessment("NPL", await steps.pass_days(operator, 1)))
    told = await read_event(stack, ImpactAssessed, project_id=project["id"])
    assert told["data"]["confidential"] is True
    params = {"member_state": "NPL"}
    assert len((await officer.get("/v1/impacts", params=params)).json()["items"]) == 1
    assert (await unodc.get("/v1/impacts", params=params)).json()["items"] == []
    async with client_of(stack, "assistance", "member_state", member_state="NPL") as nepal:
        assert len((await nepal.get("/v1/impacts")).json()["items"]) == 1
