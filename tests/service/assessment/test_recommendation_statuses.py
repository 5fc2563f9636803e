"""How a recommendation that was issued moves on: by whom, with what evidence, to which end."""

import itertools
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import RecommendationStatusChanged
from services.assistance.events import ProjectCompleted
from services.visits.events import FollowUpReported, FollowUpVerified, StepTaken, VerifiedStep
from shared.embedded.stack import Stack
from tests.service.assessment.evidence import attached
from tests.service.assessment.steps import (
    assessed,
    carried,
    drafted,
    fields_of,
    gap_in,
    issued,
    recommended,
    steps_of,
)
from tests.support.events import publish, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]
ACT = {"title": "Act 12 of 2098", "url": "https://parliament.example/acts/12"}


async def test_an_end_is_found_with_evidence_and_can_be_taken_back(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    recommendation = await recommended(stack, officer, "GTM")
    path = f"/v1/recommendations/{recommendation['id']}/status-changes"
    file = await attached(officer, await issued(stack, officer, "GTM"))
    foreign = await attached(officer, await issued(stack, officer, "BLZ"))
    async with client_of(stack, "assessment", "member_state", member_state="GTM") as state:
        accepted = await state.post(path, json={"status": "accepted", "reason": "In cabinet."})
        assert accepted.json()["status"] == "accepted"
        found = {
            "status": "implemented",
            "reason": "The act is in force.",
            "evidence": [ACT, {"title": "Report of the visit", "symbol": "S/2098/12"}],
            "evidence_ids": [file["id"]],
        }
        assert (await state.post(path, json=found)).status_code == 403
        for wrong in (
            {"title": "Nowhere"},
            ACT | {"url": "javascript:alert(1)"},
            {"title": "No symbol", "symbol": "on my desk"},
        ):
            answer = await officer.post(path, json=found | {"evidence": [wrong]})
            assert answer.status_code == 422, wrong
            assert fields_of(answer)[0].startswith("body.evidence.0")
        ids = [file["id"], foreign["id"], str(uuid4())]
        unknown = await officer.post(path, json=found | {"evidence_ids": ids})
        assert fields_of(unknown) == ["body.evidence_ids.1", "body.evidence_ids.2"]
        assert (await officer.post(path, json=found)).json()["status"] == "implemented"
        removal = await state.delete(f"/v1/evidence/{file['id']}", headers={"If-Match": '"1"'})
        assert removal.status_code == 409, "what a step rests on stays"
        back = {"status": "accepted", "reason": "The act was struck down."}
        refused = await state.post(path, json=back)
        assert refused.status_code == 403, "CTED alone takes back an end"
        assert (await officer.post(path, json=back)).json()["status"] == "accepted"
        steps = (await steps_of(state, recommendation))[1:]
    assert [step["status"] for step in steps] == ["accepted", "implemented", "accepted"]
    assert steps[1]["evidence"] == [
        ACT | {"symbol": None},
        {"title": "Report of the visit", "url": None, "symbol": "S/2098/12"},
    ]
    assert steps[1]["evidence_ids"] == found["evidence_ids"]
    async with client_of(stack, "assessment", "oct") as oct_user:
        seen = (await steps_of(oct_user, recommendation))[1:]
    assert [step["evidence_ids"] for step in seen] == [[], [], []], "files are not for OCT"
    told = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == RecommendationStatusChanged.type
            and event["data"]["recommendation_id"] == recommendation["id"]
        ),
        3,
    )
    assert [(event["data"]["previous"], event["data"]["status"]) for event in told] == [
        ("issued", "accepted"),
        ("accepted", "implemented"),
        ("implemented", "accepted"),
    ]


ENDED = {"implemented", "no_longer_relevant"}
ONWARD = {
    "issued": {"accepted", "in_progress", "partly_implemented"},
    "accepted": {"in_progress", "partly_implemented"},
    "in_progress": {"partly_implemented"},
    "partly_implemented": {"in_progress"},
}
FOLLOWED = [*ONWARD, *ENDED]


def expected(role: str, current: str, wanted: str) -> int:
    if role != "cted_officer" and ENDED & {current, wanted}:
        return 403
    free = set(ONWARD) if current in ENDED else ONWARD[current]
    return 200 if wanted != current and wanted in free | ENDED else 409


@pytest.mark.parametrize("role", ["cted_officer", "member_state"])
async def test_each_pair_of_statuses_is_free_or_refused_with_what_is_free(
    stack: Stack, officer: httpx.AsyncClient, role: str
) -> None:
    state = {"cted_officer": "ARG", "member_state": "CHL"}[role]
    pairs = [*itertools.product(FOLLOWED, FOLLOWED)]
    gap = await gap_in(officer, await assessed(stack, officer, state))
    rows = "".join(
        f"{state},{gap['id']},Recommendation number {n}.,low,no,2099-01-01\n"
        for n in range(len(pairs))
    )
    header = "member_state,gap_ids,text,priority,technical_assistance_needed,target_on\n"
    loaded = await officer.post(
        "/v1/recommendations/imports",
        content=header + rows,
        headers={"Content-Type": "text/csv"},
    )
    ids = loaded.json()["recommendation_ids"]
    async with (
        client_of(stack, "assessment", "cted_lead") as lead,
        client_of(stack, "assessment", role, member_state=state) as caller,
    ):
        for key in ids:
            await officer.post(f"/v1/recommendations/{key}/submission")
            await lead.post(f"/v1/recommendations/{key}/approval")
        issued = await lead.post("/v1/recommendations/issuances", json={"ids": ids})
        assert issued.status_code == 200, issued.text
        for key, (current, wanted) in zip(ids, pairs, strict=True):
            path = f"/v1/recommendations/{key}/status-changes"
            if current != "issued":
                await officer.post(path, json={"status": current, "reason": "To be there."})
            answer = await caller.post(path, json={"status": wanted, "reason": "To try it."})
            assert answer.status_code == expected(role, current, wanted), (current, wanted)
            if answer.status_code == 409:
                free = answer.json()["detail"].partition("allowed from here: ")[2].rstrip(".")
                assert set(free.split(", ")) == {
                    other for other in FOLLOWED if expected("cted_officer", current, other) == 200
                }
            now = (await officer.get(f"/v1/recommendations/{key}")).json()["status"]
            assert now == (wanted if answer.status_code == 200 else current)


@pytest.mark.parametrize("status", ["draft", "in_review", "approved"])
async def test_what_is_not_issued_takes_no_status_of_what_is(
    stack: Stack, officer: httpx.AsyncClient, status: str
) -> None:
    state = {"draft": "BRB", "in_review": "BHS", "approved": "BLZ"}[status]
    gap = await gap_in(officer, await assessed(stack, officer, state))
    draft = await drafted(officer, gap)
    path = f"/v1/recommendations/{draft['id']}"
    async with client_of(stack, "assessment", "cted_lead") as lead:
        if status != "draft":
            await officer.post(f"{path}/submission")
        if status == "approved":
            await lead.post(f"{path}/approval")
        free = {"draft": {"submission"}, "in_review": {"return", "approval"}}.get(status, set())
        for wanted in FOLLOWED:
            change = {"status": wanted, "reason": "To try it."}
            answer = await lead.post(f"{path}/status-changes", json=change)
            assert answer.status_code == 409, wanted
        for step in (
            {"submission", "return", "approval", "issuance"}
            - free
            - ({"issuance", "return"} if status == "approved" else set())
        ):
            answer = await lead.post(f"{path}/{step}", json={"comments": "To try it."})
            assert answer.status_code == 409, step
    assert (await officer.get(path)).json()["status"] == status


async def test_no_report_or_project_takes_back_an_end(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "CRI"))
    ended, other = [await carried(stack, officer, await drafted(officer, gap)) for _ in range(2)]
    path = f"/v1/recommendations/{ended['id']}"
    end = {"status": "implemented", "reason": "The act is in force."}
    await officer.post(f"{path}/status-changes", json=end)
    steps = [
        StepTaken(
            recommendation_id=recommendation["id"],
            theme=recommendation["theme"],
            progress="in_progress",
            technical_assistance_needed=False,
        )
        for recommendation in (ended, other)
    ]
    project = {"member_state": "CRI", "project_id": uuid4(), "recommendation_id": ended["id"]}
    done = ProjectCompleted(**project, provider="UNODC", completed_on="2030-12-31")
    reported = FollowUpReported(
        member_state="CRI",
        follow_up_id=uuid4(),
        report_id=uuid4(),
        reported_on="2030-06-01",
        steps=steps,
    )
    await publish(stack, done)
    await publish(stack, reported)
    moved = f"/v1/recommendations/{other['id']}"
    await eventually(officer, moved, lambda body: body["status"] == "in_progress")
    after = (await officer.get(path)).json()
    assert (after["status"], after["review_requested_on"]) == ("implemented", None)


async def test_a_verified_implementation_ends_it_and_settles_the_review(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "DOM"))
    done, less, lost = [
        await carried(stack, officer, await drafted(officer, gap)) for _ in range(3)
    ]
    about = {"member_state": "DOM", "follow_up_id": uuid4(), "report_id": uuid4()}
    reported = FollowUpReported(
        **about,
        reported_on="2030-06-01",
        steps=[
            StepTaken(
                recommendation_id=recommendation["id"],
                theme=recommendation["theme"],
                progress="implemented",
                technical_assistance_needed=False,
            )
            for recommendation in (done, less)
        ],
    )
    end = {"status": "implemented", "reason": "The act is in force."}
    await officer.post(f"/v1/recommendations/{lost['id']}/status-changes", json=end)
    await publish(stack, reported)
    for one in (done, less):
        path = f"/v1/recommendations/{one['id']}"
        await eventually(officer, path, lambda body: body["review_requested_on"])
    found = ((done, "implemented"), (less, "partly_implemented"), (lost, "in_progress"))
    verified = FollowUpVerified(
        **about,
        verified_on="2030-07-01",
        steps=[
            VerifiedStep(recommendation_id=one["id"], theme=one["theme"], progress=progress)
            for one, progress in found
        ],
    )
    await publish(stack, verified)
    again = f"/v1/recommendations/{lost['id']}"
    asked = await eventually(officer, again, lambda body: body["review_requested_on"])
    assert asked["review_because"] == "It was verified at a follow-up: in progress."
    assert asked["status"] == "implemented"
    for one, status in ((done, "implemented"), (less, "partly_implemented")):
        known = (await officer.get(f"/v1/recommendations/{one['id']}")).json()
        assert (known["status"], known["review_requested_on"]) == (status, None)
    assert (await steps_of(officer, done))[-1]["reason"] == "Verified by CTED at a follow-up."
