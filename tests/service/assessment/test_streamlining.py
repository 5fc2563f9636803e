"""The streamlining report over HTTP, from surveys that States answered."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import Json, completed, opened, published, rate, save
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(120)
STATES = ["KEN", "UGA", "TZA", "RWA", "BDI", "ETH", "SOM", "DJI", "ERI", "SDN", "TCD", "NER"]
LEFT_OUT = ["MLI", "BFA"]


def question(code: str, **fields: Any) -> Json:
    return {
        "code": code,
        "text": f"Is the measure {code} in place?",
        "theme": "arms",
        "provisions": [{"resolution": 2370, "paragraph": "1"}],
    } | fields


def instrument(*questions: Json) -> Json:
    return {
        "code": "streamlined",
        "title": "An instrument that grew too long",
        "tool": "detailed_implementation_survey",
        "sections": [{"code": "arms", "title": "Arms", "questions": list(questions)}],
    }


QUESTIONS = [
    question("VARIES", weight=3),
    question("FOLLOWS", weight=1),
    question("SAME", weight=2),
    question("MISSING", required=False),
    question("OTHER", theme="aviation", provisions=[{"resolution": 2309}]),
]


def answers(row: int) -> Json:
    varies = ("yes", "no", "partial")[row % 3]
    given = {"VARIES": varies, "FOLLOWS": varies, "SAME": "no"}
    given["OTHER"] = ("no", "yes", "yes", "no", "partial")[row % 5]
    return given | ({"MISSING": "yes"} if row < 4 else {})


async def answered(officer: httpx.AsyncClient, instrument_id: str, state: str, given: Json) -> Json:
    """A submitted response; the State keeps one in three answers confidential."""
    body = {"instrument_id": instrument_id, "member_state": state, "due_on": "2099-03-01"}
    survey: Json = (await officer.post("/v1/surveys", json=body)).json()
    kept = {"VARIES": {"value": given["VARIES"], "confidential": True}} if "VARIES" in given else {}
    saved = await save(officer, survey, "arms", given | kept)
    assert saved.status_code == 200, saved.text[:2000]
    submitted = await officer.post(f"/v1/surveys/{survey['id']}/submission")
    assert submitted.status_code == 200, submitted.text[:2000]
    return survey


@pytest.fixture(scope="module")
async def edition(stack: Stack, officer: httpx.AsyncClient) -> Json:
    """An edition that all States have answered, but for two: not submitted, and returned."""
    known = await published(stack, officer, instrument(*QUESTIONS))
    surveys = await asyncio.gather(
        *(
            answered(officer, known["id"], state, answers(row))
            for row, state in enumerate(STATES + LEFT_OUT[:1])
        )
    )
    returned = await officer.post(
        f"/v1/surveys/{surveys[-1]['id']}/clarification-request",
        json={"reason": "Which law is meant?", "due_on": "2099-03-01"},
    )
    assert returned.status_code == 200, returned.text[:2000]
    body = {"instrument_id": known["id"], "member_state": LEFT_OUT[1], "due_on": "2099-03-01"}
    assert (await officer.post("/v1/surveys", json=body)).status_code == 201
    return known | {"surveys": surveys}


def path_of(known: Json) -> str:
    return f"/v1/instruments/{known['id']}/streamlining"


async def test_the_report_proposes_what_adds_least_and_tells_what_that_does(
    officer: httpx.AsyncClient, edition: Json
) -> None:
    answer = await officer.get(path_of(edition))
    assert answer.status_code == 200, answer.text[:2000]
    report = answer.json()
    assert (report["states"], report["conclusive"]) == (12, True)
    grounds = {
        proposal["question"]: [reason["ground"] for reason in proposal["reasons"]]
        for proposal in report["proposals"]
    }
    assert grounds == {
        "SAME": ["no_variance"],
        "FOLLOWS": ["implied"],
        "MISSING": ["missing_in_most"],
    }
    use = {entry["code"]: entry for entry in report["questions"]}
    assert (use["MISSING"]["asked"], use["MISSING"]["answered"]) == (12, 4)
    assert use["FOLLOWS"]["predictor"]["question"] == "VARIES"
    assert sum(entry["states"] for entry in use["VARIES"]["distribution"]) == 12, (
        "confidential answers count"
    )

    overall = report["effect"]["overall"]
    assert [state["member_state"] for state in overall["states"]] == sorted(STATES)
    assert report["effect"]["uncovered"] == []
    (survey,) = (one for one in edition["surveys"] if one["member_state"] == "KEN")
    acceptance = await officer.post(f"/v1/surveys/{survey['id']}/acceptance")
    assert acceptance.status_code == 200
    assessment = await opened(officer, survey)
    await rate(officer, assessment)
    assessment = await completed(officer, assessment)
    kenya = next(state for state in overall["states"] if state["member_state"] == "KEN")
    assert kenya["before"] == assessment["overall"]["score"]
    assert kenya["after"] == 0.75, "VARIES yes, weight 3, and OTHER no, weight 1"
    assert kenya["change"] == round(0.75 - kenya["before"], 4)


async def test_any_set_of_questions_is_tried_and_what_is_unknown_is_named(
    officer: httpx.AsyncClient, edition: Json
) -> None:
    report = (await officer.get(path_of(edition), params={"drop": ["VARIES", "OTHER"]})).json()
    tried = report["what_if"]
    assert tried["dropped"] == ["VARIES", "OTHER"]
    assert tried["uncovered"] == ["provision 2309", "resolution 2309", "theme aviation"]
    assert tried["by_theme"]["aviation"]["without_score"] == sorted(STATES)
    assert report["effect"]["dropped"] == ["FOLLOWS", "SAME", "MISSING"]
    refused = await officer.get(path_of(edition), params={"drop": ["VARIES", "X-1", "X-2"]})
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [
        "query.drop.1",
        "query.drop.2",
    ]


async def test_the_next_edition_is_judged_by_earlier_answers_where_that_is_wanted(
    officer: httpx.AsyncClient, edition: Json
) -> None:
    reworded = [
        entry | ({"text": "Is it in place otherwise?"} if entry["code"] == "SAME" else {})
        for entry in QUESTIONS
    ]
    drafted = (await officer.post("/v1/instruments", json=instrument(*reworded))).json()
    without = (await officer.get(path_of(drafted))).json()
    assert (without["states"], without["conclusive"], without["proposals"]) == (0, False, [])
    assert without["conclusion"].startswith("No conclusion: 0 States")
    report = (await officer.get(path_of(drafted), params={"earlier_editions": True})).json()
    assert report["states"] == 12
    assert {proposal["question"] for proposal in report["proposals"]} == {"FOLLOWS", "MISSING"}
    use = {entry["code"]: entry for entry in report["questions"]}
    assert (use["SAME"]["asked"], use["VARIES"]["asked"]) == (0, 12)


async def test_a_state_counts_once_by_its_last_response_to_the_latest_edition(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    body = instrument(question("VARIES")) | {"code": "streamlined-twice"}
    first = await published(stack, officer, body)
    for value in ("no", "partial"):
        await answered(officer, first["id"], "KEN", {"VARIES": value})
    await answered(officer, first["id"], "UGA", {"VARIES": "no"})
    second = await published(stack, officer, body)
    await answered(officer, second["id"], "UGA", {"VARIES": "yes"})

    async def distribution(known: Json, **query: bool) -> list[tuple[str, int]]:
        report = (await officer.get(path_of(known), params=query)).json()
        (use,) = report["questions"]
        return [(entry["answer"], entry["states"]) for entry in use["distribution"]]

    assert await distribution(first) == [("no", 1), ("partial", 1)]
    assert await distribution(second) == [("yes", 1)]
    assert await distribution(second, earlier_editions=True) == [("partial", 1), ("yes", 1)]


@pytest.mark.parametrize("role", ["committee_member", "committee_chair", "cted_lead"])
async def test_cted_and_the_committee_read_it(stack: Stack, edition: Json, role: str) -> None:
    async with client_of(stack, "assessment", role) as client:
        assert (await client.get(path_of(edition))).status_code == 200


@pytest.mark.parametrize(
    "role", ["member_state", "oct", "partner", "un_entity", "civil_society", "operator", "service"]
)
async def test_nobody_else_reads_what_is_told_of_confidential_answers(
    stack: Stack, edition: Json, role: str
) -> None:
    claims = {"member_state": "KEN", "organisation": "UNODC"}
    async with client_of(stack, "assessment", role, **claims) as client:
        assert (await client.get(path_of(edition))).status_code == 403
