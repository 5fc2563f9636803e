"""A survey tool from draft to edition: checked whole, then unchangeable."""

import asyncio
from copy import deepcopy
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import BC, CFT, INSTRUMENT, Json, published
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)


def of_questions(*questions: Json) -> Json:
    return INSTRUMENT | {"sections": [{"code": "s", "title": "All", "questions": [*questions]}]}


async def test_a_draft_is_revised_published_and_then_never_changes(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    drafted = await officer.post("/v1/instruments", json=INSTRUMENT)
    path = drafted.headers["location"]
    assert (drafted.json()["status"], drafted.json()["edition"]) == ("draft", None)
    revised = await officer.put(
        path, json=INSTRUMENT | {"title": "Revised"}, headers={"If-Match": '"1"'}
    )
    assert (revised.json()["title"], revised.headers["etag"]) == ("Revised", '"2"')
    stale = await officer.put(path, json=INSTRUMENT, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await officer.post(f"{path}/publication")).status_code == 403, "a lead's to publish"
    async with client_of(stack, "assessment", "cted_lead") as lead:
        done = await lead.post(f"{path}/publication")
        assert (done.json()["status"], done.json()["question_count"]) == ("published", 2)
        again = await lead.post(f"{path}/publication")
        assert again.json()["type"] == "urn:ctc:problem:illegal-transition"
    for refused in (
        await officer.put(path, json=INSTRUMENT, headers={"If-Match": '"3"'}),
        await officer.delete(path, headers={"If-Match": '"3"'}),
    ):
        assert refused.status_code == 409
    assert (await officer.get(path)).json()["title"] == "Revised"


async def test_what_was_sent_is_what_is_read(officer: httpx.AsyncClient) -> None:
    whole = BC | {
        "code": "PICK", "kind": "choice", "guidance": "Of those in force", "multiple": True,
        "choices": [{"code": c, "label": c, "value": v} for c, v in (("a", 0.0), ("b", 1.0))],
        "shown_if": {"any": [{"question": "CFT-1", "is_any_of": ["yes"]},
                             {"all": [{"question": "CFT-1", "is_any_of": ["partial"]}]}]},
    }  # fmt: skip
    drafted = await officer.post("/v1/instruments", json=of_questions(CFT, whole))
    (section,) = (await officer.get(drafted.headers["location"])).json()["sections"]
    read = section["questions"][1]
    assert {name: read[name] for name in ("code", "kind", "guidance", "multiple", "choices")} == {
        name: whole[name] for name in ("code", "kind", "guidance", "multiple", "choices")
    }
    first, second = read["shown_if"]["any"]
    assert (first["question"], first["is_any_of"]) == ("CFT-1", ["yes"])
    assert second["all"][0]["is_any_of"] == ["partial"]


async def test_a_draft_is_discarded_and_seen_by_cted_and_the_committee_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    path = (await officer.post("/v1/instruments", json=INSTRUMENT)).headers["location"]
    async with client_of(stack, "assessment", "member_state", member_state="KEN") as state:
        assert (await state.get(path)).status_code == 404
        listed = (await state.get("/v1/instruments", params={"status": "draft"})).json()
        assert listed["items"] == []
    assert (await officer.delete(path)).status_code == 428
    assert (await officer.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert (await officer.get(path)).status_code == 404


async def test_editions_of_one_code_are_numbered_without_a_gap(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    instrument = INSTRUMENT | {"code": f"gis-{uuid4().hex[:8]}"}
    made = await asyncio.gather(*(published(stack, officer, instrument) for _ in range(4)))
    assert sorted(edition["edition"] for edition in made) == [1, 2, 3, 4]
    listed = await officer.get("/v1/instruments", params={"code": instrument["code"]})
    assert len(listed.json()["items"]) == 4
    assert "sections" not in listed.json()["items"][0]


async def test_every_fault_of_a_draft_is_named_at_once(officer: httpx.AsyncClient) -> None:
    cycle = [
        BC | {"code": code, "shown_if": {"question": other, "is_any_of": ["yes"]}}
        for code, other in (("A", "B"), ("B", "A"))
    ]
    questions = [
        CFT,
        CFT,
        *cycle,
        BC | {"code": "C", "shown_if": {"question": "NONE", "is_any_of": ["yes"]}},
        BC | {"code": "D", "kind": "scale", "minimum": 5, "maximum": 1},
        BC | {"code": "E", "kind": "choice", "choices": [{"code": "a", "label": "A", "value": 1}]},
        BC | {"code": "F", "kind": "text"},
        BC | {"code": "G", "kind": "number", "weight": 0},
        BC | {"code": "H", "shown_if": {"question": "CFT-1", "is_any_of": ["maybe"]}},
    ]
    answer = await officer.post("/v1/instruments", json=of_questions(*questions))
    assert answer.status_code == 422
    at = "body.sections.0.questions."
    assert {fault["field"] for fault in answer.json()["errors"]} == {
        f"{at}1.code",
        f"{at}2.shown_if",
        f"{at}4.shown_if",
        f"{at}5.maximum",
        f"{at}6.choices",
        f"{at}7.weight",
        f"{at}8.unit",
        f"{at}9.shown_if",
    }
    cyclic = next(f for f in answer.json()["errors"] if f["field"] == f"{at}2.shown_if")
    assert "circle" in cyclic["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"provisions": [{"resolution": 9999}]}, "provisions.0.resolution"),
        ({"provisions": [{"resolution": 1373, "paragraph": "two"}]}, "provisions.0.paragraph"),
        ({"provisions": []}, "provisions"),
        ({"theme": "gardening"}, "theme"),
        ({"weight": 6}, "weight"),
        ({"tags": ["weather"]}, "tags.0"),
        ({"kind": "essay"}, "kind"),
        ({"code": "1 bad"}, "code"),
        ({"shown_if": {"question": "A", "all": []}}, "shown_if"),
        ({"kind": "scale", "minimum": 1, "maximum": 10**400}, "maximum"),
    ],
)
async def test_what_no_instrument_can_hold_is_named(
    officer: httpx.AsyncClient, change: Json, field: str
) -> None:
    answer = await officer.post("/v1/instruments", json=of_questions(deepcopy(CFT) | change))
    assert answer.status_code == 422
    named = [fault["field"] for fault in answer.json()["errors"]]
    assert named == [f"body.sections.0.questions.0.{field}"]


async def test_conditions_nested_without_end_are_refused(officer: httpx.AsyncClient) -> None:
    condition: Json = {"question": "CFT-1", "is_any_of": ["yes"]}
    for _ in range(60):
        condition = {"all": [condition]}
    answer = await officer.post(
        "/v1/instruments", json=of_questions(CFT, BC | {"shown_if": condition})
    )
    assert answer.status_code == 422


async def test_the_base_instrument_is_drafted_from_as_it_is(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    base = await officer.get("/v1/instruments/base")
    drafted = await officer.post("/v1/instruments", json=base.json())
    assert drafted.status_code == 201, drafted.text[:2000]
    assert drafted.json()["question_count"] >= 120
    assert drafted.json()["notice"].startswith("Illustrative")
    async with client_of(stack, "assessment", "oct") as oct_user:
        assert (await oct_user.get("/v1/instruments/base")).status_code == 403
