"""A recommendation from its gaps through review and issue to its end, over HTTP and events."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import RecommendationIssued
from shared.embedded.stack import Stack
from tests.service.assessment.steps import (
    about,
    assessed,
    carried,
    drafted,
    fields_of,
    gap_in,
    steps_of,
)
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import advance_clock

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


async def test_a_draft_takes_over_what_its_gaps_say(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "PER")
    finance = await gap_in(officer, assessment)
    borders = await gap_in(officer, assessment, "BC-1")
    draft = await drafted(officer, finance, borders, finance)
    assert (draft["gap_id"], draft["gap_ids"]) == (finance["id"], [finance["id"], borders["id"]])
    assert (draft["member_state"], draft["theme"]) == ("PER", "countering-financing")
    assert draft["provisions"] == [
        {"resolution": 1373, "paragraph": "1(b)"},
        {"resolution": 2396, "paragraph": None},
    ]
    assert (draft["resolution"], draft["tags"]) == (1373, ["human_rights"])
    own = {
        "theme": "law-enforcement",
        "provisions": [{"resolution": 2178, "paragraph": "5"}],
        "tags": ["gender", "children"],
        "technical_assistance_kind": "Drafting of legislation",
    }
    answer = await officer.post("/v1/recommendations", json=about(finance, borders, **own))
    assert answer.status_code == 201, answer.text
    assert answer.json().items() >= own.items()
    assert answer.json()["resolution"] == 2178
    read = await officer.get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (answer.json(), '"1"')


async def test_a_draft_is_refused_with_each_of_its_faults(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    one = await gap_in(officer, await assessed(stack, officer, "ECU"))
    other = await gap_in(officer, await assessed(stack, officer, "COL"))
    unknown = {"id": str(uuid4())}
    answer = await officer.post(
        "/v1/recommendations", json=about(one, other, unknown, target_on="2020-01-01")
    )
    assert answer.status_code == 422
    assert fields_of(answer) == ["body.gap_ids", "body.gap_ids", "body.target_on"]
    told = " ".join(error["message"] for error in answer.json()["errors"])
    assert unknown["id"] in told
    assert "COL, ECU" in told
    malformed = about(
        one, text="short", priority="urgent", theme="none", provisions=[{"resolution": 9}],
        tags=["youth"], target_on="soon",
    )  # fmt: skip
    answer = await officer.post("/v1/recommendations", json=malformed)
    assert {field.split(".")[1] for field in fields_of(answer)} == malformed.keys() - {
        "gap_ids",
        "technical_assistance_needed",
    }
    needless = about(one, technical_assistance_needed=False, technical_assistance_kind="Training")
    assert (await officer.post("/v1/recommendations", json=needless)).status_code == 422
    assert (await officer.post("/v1/recommendations", json=about())).status_code == 422


async def test_a_draft_is_revised_and_discarded_while_it_is_one(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "SLV"))
    draft = await drafted(officer, gap, technical_assistance_kind="Training of judges")
    path = f"/v1/recommendations/{draft['id']}"
    changes = {"priority": "low", "technical_assistance_needed": False, "tags": []}
    revised = await officer.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert revised.json().items() >= changes.items()
    assert (revised.json()["technical_assistance_kind"], revised.headers["etag"]) == (None, '"2"')
    stale = await officer.patch(path, json={"priority": "high"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    for wrong in (
        {"target_on": "2020-01-01"},
        {"target_on": "9999-12-31"},
        {"text": " " * 40},
        {"technical_assistance_kind": "Training"},
    ):
        answer = await officer.patch(path, json=wrong, headers={"If-Match": '"2"'})
        assert (answer.status_code, fields_of(answer)) == (422, [f"body.{next(iter(wrong))}"])
    async with client_of(stack, "assessment", "member_state", member_state="SLV") as state:
        refused = await state.patch(path, json=changes, headers={"If-Match": '"2"'})
        assert refused.status_code == 403
        assert (await state.delete(path, headers={"If-Match": '"2"'})).status_code == 403
    await officer.post(f"{path}/submission")
    for late in (
        await officer.patch(path, json=changes, headers={"If-Match": '"3"'}),
        await officer.delete(path, headers={"If-Match": '"3"'}),
    ):
        assert late.status_code == 409
    await officer.post(f"{path}/return", json={"comments": "Not needed after all."})
    assert (await officer.delete(path)).status_code == 428
    assert (await officer.delete(path, headers={"If-Match": '"4"'})).status_code == 204
    assert (await officer.get(path)).status_code == 404


async def test_somebody_else_reviews_and_every_step_is_kept(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "HND"))
    draft = await drafted(officer, gap)
    path = f"/v1/recommendations/{draft['id']}"
    async with (
        client_of(stack, "assessment", "cted_lead") as lead,
        client_of(stack, "assessment", "cted_officer", subject="second-officer") as second,
        client_of(stack, "assessment", "cted_lead", subject="second-lead") as second_lead,
    ):
        early = await lead.post(f"{path}/approval")
        assert (early.status_code, early.json()["type"]) == (
            409,
            "urn:ctc:problem:illegal-transition",
        )
        assert "in_review" in early.json()["detail"]
        assert (await officer.post(f"{path}/submission")).json()["status"] == "in_review"
        own = await officer.post(f"{path}/approval")
        assert own.status_code == 409
        assert "somebody else" in own.json()["detail"]
        assert (await lead.post(f"{path}/issuance")).status_code == 409, "it is not approved"
        assert (await lead.post(f"{path}/return", json={})).status_code == 422
        comments = {"comments": "Name the Convention."}
        stale = await lead.post(f"{path}/return", json=comments, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        assert (await lead.post(f"{path}/return", json=comments)).json()["status"] == "draft"
        await second.patch(path, json={"priority": "medium"}, headers={"If-Match": '"3"'})
        await second.post(f"{path}/submission")
        reviser = await second.post(f"{path}/approval")
        assert reviser.status_code == 409, "who revised it is one of its authors"
        approved = await lead.post(f"{path}/approval", json={"comments": "Well put."})
        assert approved.json()["status"] == "approved"
        assert approved.json()["authors"] == ["cted_officer", "second-officer"]
        assert (await second.post(f"{path}/issuance")).status_code == 403, "a lead's to issue"
        async with client_of(stack, "assessment", "member_state", member_state="HND") as state:
            assert (await state.get(path)).status_code == 404
            assert (await state.get("/v1/recommendations")).json()["items"] == []
            change = {"status": "accepted", "reason": "Agreed."}
            assert (await state.post(f"{path}/status-changes", json=change)).status_code == 404
            for step in ("submission", "return", "approval", "issuance"):
                answer = await state.post(f"{path}/{step}", json=comments)
                assert answer.status_code == 403, step
            assert (await second_lead.post(f"{path}/issuance")).status_code == 200
            assert [step["reason"] for step in await steps_of(state, draft)] == [
                "Issued to the State."
            ]
        kept = [
            (step["status"], step["changed_by"], step["reason"])
            for step in await steps_of(officer, draft)
        ]
    assert kept == [
        ("draft", "cted_officer", None),
        ("in_review", "cted_officer", None),
        ("draft", "cted_lead", "Name the Convention."),
        ("in_review", "second-officer", None),
        ("approved", "cted_lead", "Well put."),
        ("issued", "second-lead", "Issued to the State."),
    ]


async def test_several_are_issued_together_or_none(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "NIC"))
    approved = [
        await carried(stack, officer, await drafted(officer, gap), to="approval") for _ in range(3)
    ]
    ids = [recommendation["id"] for recommendation in approved]
    draft = await drafted(officer, gap)
    unknown = str(uuid4())
    async with client_of(stack, "assessment", "cted_lead") as lead:
        path = "/v1/recommendations/issuances"
        assert (await officer.post(path, json={"ids": ids})).status_code == 403
        faulty = await lead.post(path, json={"ids": [*ids, draft["id"], ids[0], unknown]})
        assert faulty.status_code == 409
        assert fields_of(faulty) == ["body.ids.3", "body.ids.4", "body.ids.5"]
        query = {"member_state": "NIC", "status": ["issued"]}
        assert (await lead.get("/v1/recommendations", params=query)).json()["items"] == []
        issued = await lead.post(path, json={"ids": ids})
        assert [item["id"] for item in issued.json()["items"]] == ids
        assert {item["status"] for item in issued.json()["items"]} == {"issued"}
        again = await lead.post(path, json={"ids": ids})
        assert fields_of(again) == ["body.ids.0", "body.ids.1", "body.ids.2"]
    told = await read_events(
        stack,
        "ctc.assessment",
        lambda event: (
            event["type"] == RecommendationIssued.type and event["data"]["recommendation_id"] in ids
        ),
        3,
    )
    assert [event["data"]["recommendation_id"] for event in told] == ids


async def test_issue_tells_oct_what_it_needs_for_its_programmes(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    assessment = await assessed(stack, officer, "PRY")
    gaps = [await gap_in(officer, assessment, code) for code in ("CFT-1", "BC-1")]
    draft = await drafted(officer, *gaps, technical_assistance_kind="Training of prosecutors")
    issued = await carried(stack, officer, draft)
    event = await read_event(stack, RecommendationIssued, recommendation_id=draft["id"])
    assert event["data"] | {"provisions": None} == {
        "member_state": "PRY",
        "confidential": False,
        "recommendation_id": draft["id"],
        "provisions": None,
        **{
            name: issued[name]
            for name in (
                "gap_id", "gap_ids", "theme", "resolution", "tags", "text", "priority",
                "technical_assistance_needed", "technical_assistance_kind", "issued_on",
                "target_on",
            )
        },
    }  # fmt: skip
    assert event["data"]["provisions"][0] == {"resolution": 1373, "paragraph": "1(b)"}


async def test_a_recommendation_about_one_confidential_gap_is_confidential(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    secret = {"CFT-1": {"value": "no", "confidential": True}, "BC-1": "partial"}
    assessment = await assessed(stack, officer, "URY", answers=secret)
    gaps = [await gap_in(officer, assessment, code) for code in ("BC-1", "CFT-1")]
    assert [gap["confidential"] for gap in gaps] == [False, True]
    both = await carried(
        stack, officer, await drafted(officer, *gaps, technical_assistance_kind="Secret help")
    )
    open_one = await carried(stack, officer, await drafted(officer, gaps[0]))
    assert (both["confidential"], open_one["confidential"]) == (True, False)
    for role, claims, sees in (
        ("oct", {}, False),
        ("member_state", {"member_state": "URY"}, True),
        ("committee_member", {}, True),
    ):
        async with client_of(stack, "assessment", role, **claims) as client:
            path = f"/v1/recommendations/{both['id']}"
            for hidden in (path, f"{path}/status-changes"):
                assert (await client.get(hidden)).status_code == (200 if sees else 404)
            query = {"gap_id": gaps[0]["id"]}
            items = (await client.get("/v1/recommendations", params=query)).json()["items"]
            assert {item["id"] for item in items} == {open_one["id"], both["id"]} - (
                set() if sees else {both["id"]}
            )
    event = await read_event(stack, RecommendationIssued, recommendation_id=both["id"])
    assert (event["data"]["text"], event["data"]["technical_assistance_kind"]) == ("", "")


async def test_what_is_past_its_target_date_is_overdue_and_no_longer_issued(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient
) -> None:
    gap = await gap_in(officer, await assessed(stack, officer, "TTO"))
    present = (await operator.get("/development/clock")).json()["now"]
    today = datetime.fromisoformat(present)
    soon = (today + timedelta(days=1)).date().isoformat()
    issued, ended, approved = [await drafted(officer, gap, target_on=soon) for _ in range(3)]
    for draft in (issued, ended):
        await carried(stack, officer, draft)
    await carried(stack, officer, approved, to="approval")
    end = {"status": "no_longer_relevant", "reason": "The law was repealed."}
    await officer.post(f"/v1/recommendations/{ended['id']}/status-changes", json=end)
    query = {"member_state": "TTO", "overdue": "true"}
    assert (await officer.get("/v1/recommendations", params=query)).json()["items"] == []
    token = stack.token("operator")
    url = stack.urls["assessment"]
    await advance_clock(url, token, (today + timedelta(days=2)).isoformat())
    try:
        items = (await officer.get("/v1/recommendations", params=query)).json()["items"]
        assert [item["id"] for item in items] == [issued["id"]]
        async with client_of(stack, "assessment", "cted_lead") as lead:
            late = await lead.post(f"/v1/recommendations/{approved['id']}/issuance")
            assert (late.status_code, soon in late.json()["detail"]) == (409, True)
            wanted = {"ids": [approved["id"]]}
            together = await lead.post("/v1/recommendations/issuances", json=wanted)
            assert fields_of(together) == ["body.ids.0"]
    finally:
        await advance_clock(url, token, present)


async def test_lists_are_filtered_and_sorted(stack: Stack, officer: httpx.AsyncClient) -> None:
    assessment = await assessed(stack, officer, "BOL")
    finance, borders = [await gap_in(officer, assessment, code) for code in ("CFT-1", "BC-1")]
    low = await drafted(
        officer, borders, priority="low", target_on="2060-01-01", technical_assistance_needed=False
    )
    high = await carried(
        stack, officer, await drafted(officer, finance, priority="high", target_on="2070-01-01")
    )
    both = await drafted(officer, finance, borders, priority="medium", target_on="2080-01-01")
    names = {low["id"]: "low", high["id"]: "high", both["id"]: "both"}

    async def listed(**query: object) -> list[str]:
        params: Any = {"member_state": "BOL", "sort": "target_on"} | query
        answer = await officer.get("/v1/recommendations", params=params)
        assert answer.status_code == 200, answer.text
        return [names[item["id"]] for item in answer.json()["items"]]

    assert await listed(status=["draft", "issued"]) == ["low", "high", "both"]
    assert await listed(status="issued") == ["high"]
    assert await listed(resolution=2396) == ["low", "both"]
    assert await listed(tag="human_rights", theme="countering-financing") == ["both"]
    assert await listed(gap_id=finance["id"]) == ["high", "both"]
    assert await listed(priority="low") == ["low"]
    assert await listed(technical_assistance_needed="false") == ["low"]
    assert await listed(target_after="2060-01-01", target_before="2080-01-01") == ["high"]
    assert await listed(overdue="true") == []
    assert await listed(overdue="false") == ["low", "high", "both"]
    assert await listed(sort="-priority") == ["high", "both", "low"]
    paged: Any = {"member_state": "BOL", "sort": "priority", "limit": 1}
    found = []
    while "cursor" not in paged or paged["cursor"]:
        page = (await officer.get("/v1/recommendations", params=paged)).json()
        found += [names[item["id"]] for item in page["items"]]
        paged["cursor"] = page["next_cursor"]
    assert found == ["low", "both", "high"]
    wrong = await officer.get("/v1/recommendations", params={"status": "done", "tag": "youth"})
    assert {field.split(".")[1] for field in fields_of(wrong)} == {"status", "tag"}
