"""One assessor or two rate what a State answered, and what follows from it."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.assessment.events import GapIdentified
from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    CFT,
    INSTRUMENT,
    accepted,
    assessed,
    completed,
    opened,
    rate,
)
from tests.support.events import read_events
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(90)
CFT_ITEM = {"theme": "countering-financing", "provision": "1373 1(b)"}
BC_ITEM = {"theme": "border-control", "provision": "2396"}


@pytest.fixture(scope="module")
async def amina(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer", subject="amina") as client:
        yield client


@pytest.fixture(scope="module")
async def boris(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer", subject="boris") as client:
        yield client


def rating(item: dict[str, str], value: str, reasons: str = "As seen.") -> dict[str, str]:
    return {**item, "rating": value, "reasons": reasons}


async def gaps_of(client: httpx.AsyncClient, assessment: dict[str, Any]) -> list[dict[str, Any]]:
    query = {"assessment_id": assessment["id"], "sort": "theme"}
    return list((await client.get("/v1/gaps", params=query)).json()["items"])


async def test_two_assessors_rate_blind_settle_and_complete(
    stack: Stack, officer: httpx.AsyncClient, amina: httpx.AsyncClient, boris: httpx.AsyncClient
) -> None:
    survey = await accepted(stack, officer, "KEN", {"CFT-1": "yes", "BC-1": "partial"})
    assessment = await opened(officer, survey, "amina", "boris")
    path = f"/v1/assessments/{assessment['id']}"
    assert assessment["status"] == "open"
    assert (assessment["overall"], assessment["ratings"]) == (None, None)

    assert (await rate(amina, assessment, {"1373 1(b)": "partially"})).status_code == 200
    assert (await officer.get(f"{path}/rating-sheet")).status_code == 403
    early = await amina.get(f"{path}/comparison")
    assert (early.status_code, early.json()["type"]) == (409, "urn:ctc:problem:conflict")
    half = await boris.get(f"{path}/rating-sheet")
    assert {item["rating"] for item in half.json()["items"]} == {None}, "blind to the other's"
    partial = await boris.patch(
        f"{path}/rating-sheet",
        json={"ratings": [rating(CFT_ITEM, "fully")]},
        headers={"If-Match": half.headers["etag"]},
    )
    assert partial.json()["unrated"] == 1
    handed_in = await amina.post(f"{path}/hand-in")
    assert handed_in.json()["handed_in_on"]
    assert (await amina.post(f"{path}/hand-in")).status_code == 409
    stands = await amina.patch(
        f"{path}/rating-sheet",
        json={"ratings": [rating(CFT_ITEM, "fully")]},
        headers={"If-Match": handed_in.headers["etag"]},
    )
    assert stands.status_code == 409
    refused = await boris.post(f"{path}/hand-in")
    assert refused.status_code == 422
    assert [e["field"] for e in refused.json()["errors"]] == ["items.border-control.2396"]
    unfinished = await amina.post(f"{path}/completion")
    assert [e["field"] for e in unfinished.json()["errors"]] == [
        "items.border-control.2396",
        "assessors.boris",
    ]
    assert (await amina.get(f"{path}/comparison")).status_code == 409

    assert (await rate(boris, assessment, {"1373 1(b)": "fully"})).status_code == 200
    assert (await boris.post(f"{path}/hand-in")).status_code == 200
    compared = await amina.get(f"{path}/comparison", params={"differing": "true"})
    (differing,) = compared.json()["items"]
    assert {name: one["rating"] for name, one in differing["ratings"].items()} == {
        "amina": "partially",
        "boris": "fully",
    }
    assert (differing["rating"], compared.json()["unsettled"]) == (None, 1)
    unsettled = await boris.post(f"{path}/completion")
    assert [e["field"] for e in unsettled.json()["errors"]] == [
        "items.countering-financing.1373 1(b)"
    ]

    settled = {"ratings": [rating(CFT_ITEM, "largely", "The law is there, the practice is not.")]}
    assert (await officer.post(f"{path}/settlement", json=settled)).status_code == 403
    wrong = await boris.post(
        f"{path}/settlement",
        json={"ratings": [rating(BC_ITEM, "fully"), *settled["ratings"] * 2]},
    )
    assert [e["field"] for e in wrong.json()["errors"]] == ["body.ratings.0", "body.ratings.2"]
    stale = await boris.post(f"{path}/settlement", json=settled, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    done = await boris.post(
        f"{path}/settlement", json=settled, headers={"If-Match": compared.headers["etag"]}
    )
    assert (done.json()["unsettled"], done.json()["items"][0]["settled_by"]) == (0, "boris")
    again = await boris.post(
        f"{path}/settlement", json=settled, headers={"If-Match": compared.headers["etag"]}
    )
    assert again.status_code == 412

    whole = await completed(boris, assessment)
    assert (whole["status"], whole["assessors"]) == ("completed", ["amina", "boris"])
    assert whole["overall"]["score"] == pytest.approx((5 + 1.5) / 8, abs=1e-4)
    assert whole["ratings"]["overall"] == {
        "rating": "partially",
        "counts": {"largely": 1, "partially": 1},
    }
    assert whole["ratings"]["by_theme"]["countering-financing"]["rating"] == "largely"
    assert whole["ratings"]["by_resolution"]["2396"]["rating"] == "partially"
    assert whole["ratings"]["by_provision"]["1373 1(b)"]["rating"] == "largely"
    (cft,) = (await officer.get(f"{path}/ratings", params={"rating": "largely"})).json()["items"]
    assert (cft["score"], cft["reasons"]) == (1, "The law is there, the practice is not.")
    final = await boris.post(f"{path}/completion")
    assert (final.status_code, final.json()["type"]) == (409, "urn:ctc:problem:illegal-transition")
    assert (await boris.post(f"{path}/settlement", json=settled)).status_code == 409


async def test_a_claim_that_is_not_borne_out_is_a_gap(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    survey = await accepted(stack, officer, "TZA", {"CFT-1": "yes", "BC-1": "partial"})
    assessment = await opened(officer, survey)
    await rate(officer, assessment, {"1373 1(b)": "not_implemented", "2396": "not_implemented"})
    await completed(officer, assessment)
    borders, financing = await gaps_of(officer, assessment)
    assert (borders["basis"], borders["rating"]) == ("answer", "not_implemented")
    assert (borders["answers"], borders["severity"]) == ({"BC-1": "partial"}, "high")
    assert (financing["basis"], financing["rating"]) == ("rating", "not_implemented")
    assert (financing["answers"], financing["severity"]) == ({"CFT-1": "yes"}, "critical")
    assert financing["provisions"] == [{"resolution": 1373, "paragraph": "1(b)"}]
    by_rating = {"assessment_id": assessment["id"], "basis": "rating"}
    (only,) = (await officer.get("/v1/gaps", params=by_rating)).json()["items"]
    assert only == financing
    told = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == GapIdentified.type
            and event["data"]["assessment_id"] == assessment["id"]
        ),
        2,
    )
    assert {event["data"]["gap_id"] for event in told} == {borders["id"], financing["id"]}


async def test_an_open_assessment_is_for_cted_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await opened(officer, await accepted(stack, officer, "UGA"))
    path = f"/v1/assessments/{assessment['id']}"
    of_uganda = {"member_state": "UGA"}
    in_hand = {**of_uganda, "status": "open"}
    for role, claims in (
        ("committee_member", {}),
        ("member_state", of_uganda),
        ("oct", {}),
        ("partner", {"organisation": "UNODC"}),
    ):
        async with client_of(stack, "assessment", role, **claims) as client:
            assert (await client.get(path)).status_code == 404, role
            assert (await client.get(f"{path}/ratings")).status_code == 404, role
            assert (await client.get("/v1/assessments", params=in_hand)).json()["items"] == []
            for part in ("rating-sheet", "comparison"):
                assert (await client.get(f"{path}/{part}")).status_code == 403, role
            for action in ("hand-in", "completion"):
                assert (await client.post(f"{path}/{action}")).status_code == 403, role
    report = await officer.get(f"{path}/report")
    assert (report.status_code, "once it is completed" in report.text) == (404, True)
    profile = await officer.get("/v1/state-profiles/UGA", params={"format": "json"})
    assert profile.json()["rounds"] == []
    (found,) = (await officer.get("/v1/assessments", params=in_hand)).json()["items"]
    assert found["id"] == assessment["id"]
    assert (await officer.get("/v1/assessments", params=of_uganda)).json()["items"] == []
    by_score = await officer.get("/v1/assessments", params={**in_hand, "sort": "score"})
    assert by_score.json()["errors"][0]["field"] == "query.sort"
    survey = {"survey_id": assessment["survey_id"]}
    again = await officer.post("/v1/assessments", json=survey)
    assert (again.status_code, again.json()["type"]) == (409, "urn:ctc:problem:conflict")
    assert path in again.json()["detail"]


async def test_every_fault_of_a_batch_is_told_and_none_of_it_is_kept(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await opened(officer, await accepted(stack, officer, "RWA"))
    path = f"/v1/assessments/{assessment['id']}/rating-sheet"
    good = rating(CFT_ITEM, "fully")
    bad = await officer.patch(
        path,
        json={"ratings": [good, rating({**BC_ITEM, "provision": "1373"}, "fully"), good]},
        headers={"If-Match": '"1"'},
    )
    assert bad.status_code == 422
    assert [e["field"] for e in bad.json()["errors"]] == ["body.ratings.1", "body.ratings.2"]
    shapeless = await officer.patch(
        path,
        json={"ratings": [rating(CFT_ITEM, "poor", "  "), {"theme": "weather"}]},
        headers={"If-Match": '"1"'},
    )
    assert {e["field"] for e in shapeless.json()["errors"]} >= {
        "body.ratings.0.rating",
        "body.ratings.0.reasons",
        "body.ratings.1.theme",
        "body.ratings.1.provision",
    }
    assert (await officer.get(path)).json()["unrated"] == 2
    saved = await officer.patch(path, json={"ratings": [good]}, headers={"If-Match": '"1"'})
    assert (saved.json()["unrated"], saved.headers["etag"]) == (1, '"2"')
    lost = await officer.patch(path, json={"ratings": [good]}, headers={"If-Match": '"1"'})
    assert lost.status_code == 412
    anew = await officer.patch(
        path, json={"ratings": [rating(CFT_ITEM, "largely")]}, headers={"If-Match": '"2"'}
    )
    assert (anew.json()["unrated"], anew.headers["etag"]) == (1, '"3"')
    assert (await officer.patch(path, json={"ratings": [good]})).status_code == 428
    missing = await officer.post(f"/v1/assessments/{assessment['id']}/completion")
    assert [e["field"] for e in missing.json()["errors"]] == ["items.border-control.2396"]
    assert (await officer.get(f"/v1/assessments/{assessment['id']}")).json()["status"] == "open"


@pytest.mark.parametrize("assessors", [[], ["a", "b", "c"], ["a", "a"], [""]])
async def test_one_assessor_or_two_different_ones(
    stack: Stack, officer: httpx.AsyncClient, assessors: list[str]
) -> None:
    body = {"survey_id": "00000000-0000-0000-0000-000000000000", "assessors": assessors}
    answer = await officer.post("/v1/assessments", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("body.assessors")


async def test_a_lead_hands_an_assessment_to_others(
    stack: Stack, officer: httpx.AsyncClient, amina: httpx.AsyncClient, boris: httpx.AsyncClient
) -> None:
    survey = await accepted(stack, officer, "BDI")
    assessment = await opened(officer, survey, "amina", "somebody-who-left")
    path = f"/v1/assessments/{assessment['id']}"
    await rate(amina, assessment)
    await amina.post(f"{path}/hand-in")
    change = {"assessors": ["amina", "boris"], "summary": "Shared anew."}
    match = {"If-Match": '"1"'}
    assert (await amina.patch(path, json=change, headers=match)).status_code == 403
    assert (await officer.patch(path, json=change, headers=match)).status_code == 403
    async with client_of(stack, "assessment", "cted_lead") as lead:
        handed = await lead.patch(path, json=change, headers=match)
        assert handed.json()["assessors"] == ["amina", "boris"]
        stale = await lead.patch(path, json=change, headers=match)
        assert stale.status_code == 412
    await rate(boris, assessment)
    await boris.post(f"{path}/hand-in")
    async with client_of(stack, "assessment", "cted_lead") as lead:
        late = await lead.patch(path, json=change, headers={"If-Match": "*"})
        assert late.status_code == 409
    assert (await completed(amina, assessment))["summary"] == "Shared anew."


async def test_one_assessor_is_left_with_what_they_handed_in(
    stack: Stack, officer: httpx.AsyncClient, amina: httpx.AsyncClient
) -> None:
    assessment = await opened(officer, await accepted(stack, officer, "DJI"), "amina", "left")
    path = f"/v1/assessments/{assessment['id']}"
    await rate(amina, assessment)
    await amina.post(f"{path}/hand-in")
    async with client_of(stack, "assessment", "cted_lead") as lead:
        alone = await lead.patch(path, json={"assessors": ["amina"]}, headers={"If-Match": '"1"'})
        assert alone.json()["unsettled"] == 0
        assert (await lead.post(f"{path}/completion")).status_code == 200


async def test_a_survey_of_four_hundred_questions_is_completed_at_once(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    paragraphs = [f"{n}({letter})" for n in range(1, 41) for letter in "abcdefghij"]
    questions = [
        {
            **CFT,
            "code": f"Q-{i}",
            "provisions": [{"resolution": 1373, "paragraph": paragraphs[i]}],
        }
        for i in range(400)
    ]
    instrument = {
        **INSTRUMENT,
        "code": "long",
        "sections": [{"code": "all", "title": "All", "questions": questions}],
    }
    answers = {f"Q-{i}": ("yes", "no", "partial")[i % 3] for i in range(400)}
    survey = await accepted(stack, officer, "ETH", answers, instrument)
    assessment = await opened(officer, survey)
    assert (await rate(officer, assessment)).json()["unrated"] == 0
    answer = await officer.post(f"/v1/assessments/{assessment['id']}/completion")
    assert len(answer.json()["ratings"]["by_provision"]) == 400
    assert answer.elapsed.total_seconds() < 2, "about half a second on two cores that are idle"


async def test_a_completed_assessment_shows_ratings_beside_scores(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    done = await assessed(stack, officer, "SOM")
    assert done["ratings"]["by_theme"] == {
        "border-control": {"rating": "partially", "counts": {"partially": 1}},
        "countering-financing": {"rating": "not_implemented", "counts": {"not_implemented": 1}},
    }
    listed = (await officer.get("/v1/assessments", params={"member_state": "SOM"})).json()
    in_full = {"by_theme", "by_resolution", "by_provision", "ratings"}
    assert listed["items"] == [{name: done[name] for name in done if name not in in_full}]
    assert done["rating"] == done["ratings"]["overall"]["rating"]
    mine = await officer.get(
        "/v1/assessments", params={"assessor": "cted_officer", "member_state": "SOM"}
    )
    assert len(mine.json()["items"]) == 1
    async with client_of(stack, "assessment", "oct") as outsider:
        asked = await outsider.get("/v1/assessments", params={"assessor": "cted_officer"})
        assert asked.status_code == 403
