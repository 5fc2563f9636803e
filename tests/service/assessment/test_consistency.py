"""How consistently the tools are applied, as CTED and the Committee read it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    CFT,
    INSTRUMENT,
    Json,
    accepted,
    assessed,
    completed,
    opened,
    rate,
)
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(90)
MANY: Json = {
    **INSTRUMENT,
    "code": "consistency",
    "tool": "detailed_implementation_survey",
    "sections": [
        {
            "code": "all",
            "title": "All",
            "questions": [
                {**CFT, "code": f"Q-{n}", "provisions": [{"resolution": 1373, "paragraph": str(n)}]}
                for n in range(1, 21)
            ],
        }
    ],
}
DIS = {"tool": MANY["tool"]}
ALL_YES = {f"Q-{n}": "yes" for n in range(1, 21)}


@pytest.fixture(scope="module")
async def amina(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer", subject="amina") as client:
        yield client


@pytest.fixture(scope="module")
async def boris(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer", subject="boris") as client:
        yield client


async def test_agreement_is_read_by_theme_and_pair(
    stack: Stack, officer: httpx.AsyncClient, amina: httpx.AsyncClient, boris: httpx.AsyncClient
) -> None:
    answers = {f"Q-{n}": ("yes", "no")[n % 2] for n in range(1, 21)}
    survey = await accepted(stack, officer, "FRA", answers, MANY)
    assessment = await opened(officer, survey, "amina", "boris")
    await rate(amina, assessment, {"1373 4": "not_applicable"})
    await rate(boris, assessment, {"1373 2": "not_implemented", "1373 1": "partially"})
    path = f"/v1/assessments/{assessment['id']}"
    for assessor in (amina, boris):
        await assessor.post(f"{path}/hand-in")
    query = {**DIS, "region": "Western Europe"}
    before = (await officer.get("/v1/consistency/agreement", params=query)).json()
    assert before["overall"]["warning"] == "No item is rated by two assessors."
    differing = (await amina.get(f"{path}/comparison?differing=true")).json()["items"]
    settled = [
        {"theme": i["theme"], "provision": i["provision"], "rating": "partially", "reasons": "So."}
        for i in differing
    ]
    assert len(settled) == 3
    await amina.post(f"{path}/settlement", json={"ratings": settled})
    await completed(amina, assessment)

    found = (await officer.get("/v1/consistency/agreement", params=query)).json()
    overall = found["overall"]
    assert (overall["units"], overall["differing"], overall["assessments"]) == (19, 2, 1)
    assert (overall["not_applicable_to_one"], overall["not_applicable_to_both"]) == (1, 0)
    assert 0.7 < overall["alpha"] < 1
    assert "Only 19 items in 1 assessments" in overall["warning"]
    assert found["by_theme"] == {"countering-financing": overall}
    assert found["by_pair"] == [{**overall, "assessors": ["amina", "boris"]}]
    async with client_of(stack, "assessment", "committee_member") as member:
        told = (await member.get("/v1/consistency/agreement", params=query)).json()
        assert told["by_pair"] == [{**overall, "assessors": None}]
        for other in ("outliers", "drift"):
            assert (await member.get(f"/v1/consistency/{other}")).status_code == 403
    for elsewhere in (
        {"region": "Melanesia"},
        {"completed_since": "2999-01-01"},
        {"completed_until": "1999-01-01"},
        {"instrument_id": "00000000-0000-0000-0000-000000000000"},
    ):
        none = await officer.get("/v1/consistency/agreement", params={**query, **elsewhere})
        assert none.json()["overall"]["units"] == 0, elsewhere


@pytest.mark.parametrize("role", ["oct", "un_entity", "operator"])
async def test_consistency_is_for_cted_and_the_committee(stack: Stack, role: str) -> None:
    async with client_of(stack, "assessment", role) as client:
        for part in ("agreement", "outliers", "drift"):
            assert (await client.get(f"/v1/consistency/{part}")).status_code == 403


async def test_bad_filters_are_named(officer: httpx.AsyncClient) -> None:
    answer = await officer.get(
        "/v1/consistency/drift",
        params={"region": "Middle Earth", "theme": "weather", "unknown": "1"},
    )
    assert answer.status_code == 422
    assert {e["field"] for e in answer.json()["errors"]} == {
        "query.region",
        "query.theme",
        "query.unknown",
    }


async def test_a_severe_assessor_and_far_ratings_stand_out(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    query = {**DIS, "region": "Southern Europe"}
    severe = {f"1373 {n}": "not_implemented" for n in range(1, 21)}
    for n, state in enumerate(("ALB", "AND", "BIH", "HRV", "GRC")):
        survey = await accepted(stack, officer, state, ALL_YES, MANY)
        async with client_of(
            stack, "assessment", "cted_officer", subject=f"assessor-{n}"
        ) as assessor:
            assessment = await opened(assessor, survey)
            await rate(assessor, assessment, severe if state == "GRC" else None)
            await completed(assessor, assessment)
    found = (await officer.get("/v1/consistency/outliers", params={**query, "limit": "3"})).json()
    by_assessor = {one["assessor"]: one for one in found["assessors"]}
    assert len(by_assessor) == 5
    assert [name for name, one in by_assessor.items() if one["flagged"]] == ["assessor-4"]
    assert by_assessor["assessor-4"]["leniency"] == -1
    assert by_assessor["assessor-4"]["ratings"] == 20
    assert (len(found["ratings"]), found["ratings_found"]) == (3, 20)
    assert {(one["member_state"], one["difference"]) for one in found["ratings"]} == {("GRC", -1)}


async def test_a_score_that_drifts_from_its_neighbours_stands_out(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    query = {**DIS, "region": "Central Asia"}
    all_no = dict.fromkeys(ALL_YES, "no")
    for state in ("KAZ", "KGZ", "TJK", "TKM", "UZB"):
        await assessed(stack, officer, state, all_no, MANY)
    calm = (await officer.get("/v1/consistency/drift", params=query)).json()
    assert calm == {"compared": 5, "too_few_peers": 0, "items": []}
    for state in ("KAZ", "KGZ", "TJK", "TKM", "UZB"):
        answers = ALL_YES if state == "UZB" else all_no
        await assessed(stack, officer, state, answers, MANY)
    found = (await officer.get("/v1/consistency/drift", params=query)).json()
    (uzbekistan,) = found["items"]
    assert (uzbekistan["member_state"], uzbekistan["score"], uzbekistan["change"]) == ("UZB", 1, 1)
    assert uzbekistan["score_z"] == uzbekistan["change_z"] == 20
    assert (uzbekistan["peers"], uzbekistan["peers_median"]) == (4, 0)
    every = {**query, "flagged": "false", "member_state": "KAZ"}
    (kazakhstan,) = (await officer.get("/v1/consistency/drift", params=every)).json()["items"]
    assert (kazakhstan["flagged"], kazakhstan["score_z"]) == (False, 0)
    elsewhere = {**DIS, "region": "Micronesia", "theme": "arms"}
    none = (await officer.get("/v1/consistency/drift", params=elsewhere)).json()
    assert none == {"compared": 0, "too_few_peers": 0, "items": []}
