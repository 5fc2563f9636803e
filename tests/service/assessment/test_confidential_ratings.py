"""Ratings that also rest on confidential answers: what others see is as if they were not (¶23)."""

from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    BC,
    CFT,
    INSTRUMENT,
    accepted,
    completed,
    opened,
    rate,
)
from tests.service.assessment.test_ratings import gaps_of
from tests.support.events import read_events
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)


async def test_ratings_that_rest_on_a_confidential_answer_are_left_out(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    cited = [*CFT["provisions"], {"resolution": 2462}]
    also: dict[str, Any] = {**CFT, "code": "CFT-2", "weight": 1, "provisions": cited}
    instrument = {
        **INSTRUMENT,
        "sections": [{"code": "all", "title": "All", "questions": [CFT, also, BC]}],
    }
    secret = {"value": "yes", "confidential": True}
    answers = {"CFT-1": secret, "CFT-2": "yes", "BC-1": secret}
    survey = await accepted(stack, officer, "SSD", answers, instrument)
    assessment = await opened(officer, survey)
    await rate(officer, assessment, {"1373 1(b)": "largely", "2396": "not_implemented"})
    await completed(officer, assessment)
    path = f"/v1/assessments/{assessment['id']}"
    async with client_of(stack, "assessment", "oct") as outsider:
        seen = (await outsider.get(path)).json()
        assert seen["ratings"]["by_provision"].keys() == {"2462"}
        assert seen["ratings"]["overall"]["counts"] == {"fully": 1}
        assert (seen["assessors"], seen["summary"]) == (None, "")
        assert seen["overall"]["asked"] == 1
        (open_one,) = (await outsider.get(f"{path}/ratings")).json()["items"]
        assert (open_one["questions"], open_one["rating"]) == (["CFT-2"], "fully")
        assert await gaps_of(outsider, assessment) == []
    async with client_of(stack, "assessment", "member_state", member_state="SSD") as state:
        own = (await state.get(path)).json()
        assert own["ratings"]["by_provision"]["2396"]["rating"] == "not_implemented"
        assert (own["summary"], own["holds_confidential"]) == ("As answered.", True)
        listed = (await state.get(f"{path}/ratings", params={"sort": "-position"})).json()
        assert [item["theme"] for item in listed["items"]] == [
            "border-control",
            "countering-financing",
            "countering-financing",
        ]
        assert listed["items"][2]["questions"] == ["CFT-1", "CFT-2"]
        assert {gap["rating"] for gap in await gaps_of(state, assessment)} == {
            "largely",
            "not_implemented",
        }


async def test_a_rating_of_confidential_answers_makes_no_open_gap_graver_for_others(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    beside: dict[str, Any] = {**CFT, "code": "CFT-2", "weight": 1}
    shown: dict[str, Any] = {**CFT, "code": "CFT-3", "weight": 5}
    instrument = {
        **INSTRUMENT,
        "sections": [{"code": "all", "title": "All", "questions": [CFT, beside, shown]}],
    }
    secret = {"value": "no", "confidential": True}
    answers = {"CFT-1": "partial", "CFT-2": secret, "CFT-3": "yes"}
    survey = await accepted(stack, officer, "STP", answers, instrument)
    assessment = await opened(officer, survey)
    await rate(officer, assessment, {"1373 1(b)": "not_implemented"})
    await completed(officer, assessment)
    known = {
        gap["question"]: (gap["severity"], gap["rating"])
        for gap in await gaps_of(officer, assessment)
    }
    worst = ("critical", "not_implemented")
    assert known == {"CFT-1": worst, "CFT-2": ("low", "not_implemented"), "CFT-3": worst}
    critical = {"assessment_id": assessment["id"], "severity": "critical"}
    body = {"subject": "answers", "subject_id": survey["id"], "questions": ["CFT-2"]}
    async with client_of(stack, "assessment", "oct") as outsider:
        (seen,) = await gaps_of(outsider, assessment)
        assert (seen["question"], seen["severity"], seen["rating"]) == ("CFT-1", "high", None)
        assert (await outsider.get("/v1/gaps", params=critical)).json()["items"] == []
        report = f"/v1/assessments/{assessment['id']}/report"
        (line,) = (await outsider.get(report, params={"format": "json"})).json()["gaps"]
        assert line["severity"] == "high"
        told = await read_events(
            stack,
            "ctc.assessment",
            lambda event: event["data"].get("gap_id") == seen["id"],
            1,
        )
        assert told[0]["data"]["severity"] == "high"
        lifted = body | {"action": "lift", "reason": "It may be known."}
        answer = await officer.post("/v1/confidentiality-requests", json=lifted)
        assert answer.status_code == 201
        assert {
            gap["question"]: gap["severity"] for gap in await gaps_of(outsider, assessment)
        } == {
            "CFT-1": "critical",
            "CFT-2": "low",
            "CFT-3": "critical",
        }


async def test_ratings_follow_what_a_state_keeps_confidential_afterwards(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await accepted(stack, officer, "CAF", {"CFT-1": "yes", "BC-1": "yes"})
    assessment = await opened(officer, survey)
    await rate(officer, assessment, {"1373 1(b)": "partially"})
    done = await completed(officer, assessment)
    path = f"/v1/assessments/{assessment['id']}"
    body = {"subject": "answers", "subject_id": survey["id"], "questions": ["CFT-1"]}
    async with (
        client_of(stack, "assessment", "oct") as outsider,
        client_of(stack, "assessment", "member_state", member_state="CAF") as state,
    ):
        assert len(await gaps_of(outsider, assessment)) == 1
        for action, provisions, gaps in (
            ("place", {"2396"}, 0),
            ("lift", {"1373 1(b)", "2396"}, 1),
        ):
            asked = {**body, "action": action, "reason": "By decision of the ministry."}
            answer = await state.post("/v1/confidentiality-requests", json=asked)
            assert answer.status_code == 201, answer.text
            seen = (await outsider.get(path)).json()
            assert seen["ratings"]["by_provision"].keys() == provisions
            listed = (await outsider.get(f"{path}/ratings")).json()["items"]
            assert {item["provision"] for item in listed} == provisions
            assert len(await gaps_of(outsider, assessment)) == gaps
            assert (await state.get(path)).json()["ratings"] == done["ratings"]
