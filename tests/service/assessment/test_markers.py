"""Which assessments and recommendations address human rights, gender and children, over HTTP."""

from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    ANSWERS,
    BC,
    INSTRUMENT,
    Json,
    assessed,
    carried,
    drafted,
    gap_in,
)
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
ABOUT_CHILDREN = {
    **BC,
    "code": "CH-1",
    "text": "How are children of fighters looked after?",
    "kind": "text",
    "weight": 0,
    "required": False,
    "tags": ["children"],
}
WIDER = INSTRUMENT | {
    "sections": [
        *INSTRUMENT["sections"],
        {"code": "children", "title": "Children", "questions": [ABOUT_CHILDREN]},
    ]
}


async def tallies(client: httpx.AsyncClient, kind: str, **query: object) -> dict[str, Any]:
    answer = await client.get("/v1/markers", params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    groups = answer.json()["groups"]
    (group,) = groups or [{"tags": []}]
    return {
        tally["tag"]: (tally[kind]["addressing"], tally[kind]["not_addressing"])
        for tally in group["tags"]
    }


async def issue_recommendation(
    stack: Stack, officer: httpx.AsyncClient, assessment: Json, question: str, **fields: object
) -> str:
    gap = await gap_in(officer, assessment, question)
    return str((await carried(stack, officer, await drafted(officer, gap, **fields)))["id"])


async def test_an_assessment_addresses_what_its_response_answers(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    silent = await assessed(stack, officer, "TGO", ANSWERS, WIDER)
    words = ANSWERS | {"CH-1": "They are placed with relatives."}
    telling = await assessed(stack, officer, "TGO", words, WIDER)
    about = {"member_state": "TGO"}
    assert await tallies(officer, "assessments", **about) == {
        "human_rights": (2, 0), "gender": (0, 2), "children": (1, 1),
    }  # fmt: skip
    for addressed, expected in ((True, telling), (False, silent)):
        found = await officer.get(
            "/v1/markers/children/assessments", params=about | {"addressed": str(addressed)}
        )
        (item,) = found.json()["items"]
        assert item == {
            "assessment_id": expected["id"],
            "member_state": "TGO",
            "completed_on": expected["completed_on"],
            "addressed": addressed,
            "questions_asked": 1,
            "questions_answered": int(addressed),
            "gaps": 0,
            "recommendations": 0,
        }
        assert (await officer.get(f"/v1/assessments/{item['assessment_id']}")).status_code == 200


async def test_a_recommendation_addresses_what_its_gap_is_about(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "BEN")
    about_rights = await issue_recommendation(stack, officer, assessment, "BC-1")
    not_about = await issue_recommendation(stack, officer, assessment, "CFT-1")
    about = {"member_state": "BEN"}
    assert await tallies(officer, "recommendations", **about) == {
        "human_rights": (1, 1), "gender": (0, 2), "children": (0, 2),
    }  # fmt: skip
    listed = await officer.get("/v1/markers/human_rights/recommendations", params=about)
    assert {
        (item["recommendation_id"], item["addressed"], item["assessment_id"])
        for item in listed.json()["items"]
    } == {(about_rights, True, assessment["id"]), (not_about, False, assessment["id"])}
    (item,) = (await officer.get("/v1/markers/human_rights/assessments", params=about)).json()[
        "items"
    ]
    assert (item["gaps"], item["recommendations"]) == (1, 1)


async def test_a_recommendation_with_a_tag_of_its_own_makes_its_assessment_address_it(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "GMB")
    draft = await drafted(officer, await gap_in(officer, assessment), tags=["gender"])
    about = {"member_state": "GMB"}
    assert (await tallies(officer, "assessments", **about))["gender"] == (0, 1)
    await carried(stack, officer, draft)
    assert (await tallies(officer, "assessments", **about))["gender"] == (1, 0)
    listed = await officer.get("/v1/markers/gender/assessments", params=about)
    (item,) = listed.json()["items"]
    assert (item["addressed"], item["questions_answered"], item["gaps"]) == (True, 0, 0)
    assert item["recommendations"] == 1


async def test_counts_are_grouped_by_place_and_year(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "FJI")
    year = int(assessment["completed_on"][:4])
    query = {"by": ["subregion", "member_state", "year"], "region": "Oceania"}
    groups = (await officer.get("/v1/markers", params=query)).json()["groups"]
    (group,) = [group for group in groups if group["member_state"] == "FJI"]
    assert (group["region"], group["subregion"], group["year"]) == (None, "Melanesia", year)
    other_year = {"member_state": "FJI", "year": year - 1}
    assert await tallies(officer, "assessments", **other_year) == {}


async def test_what_is_confidential_is_counted_for_nobody_else(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    await assessed(stack, officer, "NER", confidential=True)
    kept = await assessed(
        stack, officer, "MLI", ANSWERS | {"BC-1": {"value": "partial", "confidential": True}}
    )
    recommended = await issue_recommendation(stack, officer, kept, "BC-1")
    seen = {"human_rights": (1, 0), "gender": (0, 1), "children": (0, 1)}
    hidden = {"human_rights": (0, 1), "gender": (0, 1), "children": (0, 1)}
    for role, claims, of_mali, of_niger in (
        ("committee_member", {}, seen, seen),
        ("member_state", {"member_state": "MLI"}, seen, {}),
        ("oct", {}, hidden, {}),
        ("member_state", {"member_state": "BFA"}, {}, {}),
    ):
        async with client_of(stack, "assessment", role, **claims) as client:
            assert await tallies(client, "assessments", member_state="MLI") == of_mali, role
            assert await tallies(client, "assessments", member_state="NER") == of_niger, role
            listed = await client.get(
                "/v1/markers/human_rights/recommendations", params={"member_state": "MLI"}
            )
            found = [item["recommendation_id"] for item in listed.json()["items"]]
            assert found == ([recommended] if of_mali is seen else [])


async def test_a_confidentiality_that_is_lifted_is_counted_again(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    kept = await assessed(
        stack, officer, "TCD", ANSWERS | {"BC-1": {"value": "partial", "confidential": True}}
    )
    async with (
        client_of(stack, "assessment", "member_state", member_state="TCD") as chad,
        client_of(stack, "assessment", "un_entity") as entity,
    ):
        about = {"member_state": "TCD"}
        assert (await tallies(entity, "assessments", **about))["human_rights"] == (0, 1)
        lifted = await chad.post(
            "/v1/confidentiality-requests",
            json={
                "subject": "answers",
                "subject_id": kept["survey_id"],
                "questions": ["BC-1"],
                "action": "lift",
                "reason": "It is public by now.",
            },
        )
        assert lifted.status_code == 201, lifted.text
        assert (await tallies(entity, "assessments", **about))["human_rights"] == (1, 0)


async def test_civil_society_and_bad_input_are_refused(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    async with client_of(stack, "assessment", "civil_society") as society:
        for path in ("", "/gender/assessments", "/gender/recommendations"):
            assert (await society.get(f"/v1/markers{path}")).status_code == 403
    for path, query in (
        ("", {"region": "Atlantis"}),
        ("", {"by": "colour"}),
        ("/colour/assessments", {}),
        ("/gender/assessments", {"member_state": "XXX"}),
    ):
        assert (await officer.get(f"/v1/markers{path}", params=query)).status_code == 422
