"""Two editions of an instrument compared, over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import BC, CFT, INSTRUMENT, published
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
CODE = "compared"


def edition(*questions: dict[str, Any]) -> dict[str, Any]:
    sections = [{"code": "borders", "title": "Borders", "questions": list(questions)}]
    return INSTRUMENT | {"code": CODE, "sections": sections}


async def test_an_edition_is_compared_with_the_one_before_and_with_any_other(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    arms = {
        "code": "ARM-1",
        "text": "Is the supply of weapons to terrorists a crime?",
        "theme": "arms",
        "provisions": [{"resolution": 2370, "paragraph": "1"}],
    }
    first = await published(stack, officer, edition(CFT, arms))
    alone = await officer.get(f"/v1/instruments/{first['id']}/differences")
    assert alone.status_code == 422
    assert [fault["field"] for fault in alone.json()["errors"]] == ["query.from"]

    text = CFT["text"].replace("a crime", "a serious crime")
    depends = {"question": "CFT-1", "is_any_of": ["yes"]}
    second = await published(
        stack,
        officer,
        edition(CFT | {"text": text, "weight": 3}, BC | {"shown_if": depends}),
    )
    path = f"/v1/instruments/{second['id']}/differences"
    found = (await officer.get(path)).json()
    assert (found["before"]["edition"], found["after"]["edition"]) == (1, 2)
    assert [placed["question"]["code"] for placed in found["dropped"]] == ["ARM-1"]
    (added,) = found["added"]
    assert added["section"] == "borders"
    assert added["question"]["shown_if"]["is_any_of"] == ["yes"]
    (change,) = found["changed"]
    assert change["changes"] == ["reworded", "reweighted"]
    assert [part for part in change["wording"] if part["step"] != "same"] == [
        {"step": "added", "text": "serious"}
    ]
    steps = {
        entry["key"]: entry["step"] for entries in found["coverage"].values() for entry in entries
    }
    assert steps == {
        "1373": "less",
        "1373 1(b)": "less",
        "2370": "lost",
        "2370 1": "lost",
        "2396": "gained",
        "arms": "lost",
        "border-control": "gained",
        "countering-financing": "less",
        "human_rights": "gained",
    }

    back = await officer.get(f"{path.replace(second['id'], first['id'])}?from={second['id']}")
    assert [placed["question"]["code"] for placed in back.json()["added"]] == ["ARM-1"]
    nowhere = await officer.get(path, params={"from": str(uuid4())})
    assert nowhere.status_code == 422
    assert [fault["field"] for fault in nowhere.json()["errors"]] == ["query.from"]


async def test_a_draft_is_compared_by_cted_and_the_committee_alone(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    before = await published(stack, officer, edition(CFT))
    renamed = edition(CFT | {"code": "FIN-1"})
    draft = (await officer.post("/v1/instruments", json=renamed)).json()
    path = f"/v1/instruments/{draft['id']}/differences"
    async with client_of(stack, "assessment", "committee_member") as committee:
        found = await committee.get(path)
    assert found.json()["before"]["id"] == before["id"]
    assert [change["changes"] for change in found.json()["changed"]] == [["renamed"]]
    async with client_of(stack, "assessment", "un_entity") as outsider:
        assert (await outsider.get(path)).status_code == 404
        other_way = await outsider.get(
            f"/v1/instruments/{before['id']}/differences", params={"from": draft["id"]}
        )
        assert other_way.status_code == 422
        whole = await outsider.get(
            f"/v1/instruments/{before['id']}/differences", params={"from": before["id"]}
        )
        assert whole.status_code == 200
        assert (whole.json()["added"], whole.json()["changed"]) == ([], [])
