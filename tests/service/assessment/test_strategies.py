"""What is known of States' strategies, who says so, and the advice given on them."""

from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.products import faulty
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)
STRATEGY = {
    "title": "National counter-terrorism strategy",
    "kind": "national",
    "status": "adopted",
    "adopted_on": "2018-03-01",
    "valid_until": "2023-03-01",
    "elements": ["human_rights", "implementation_mechanism"],
    "mechanism": "An inter-ministerial committee meets each quarter.",
    "source": "Communicated by the State",
}


async def recorded(client: httpx.AsyncClient, state: str, **fields: object) -> dict[str, Any]:
    answer = await client.post("/v1/strategies", json=STRATEGY | {"member_state": state} | fields)
    assert answer.status_code == 201, answer.text
    assert (await client.get(answer.headers["location"])).json() == answer.json()
    return dict(answer.json())


async def test_cted_and_the_state_both_record_and_each_change_says_by_whom(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    strategy = await recorded(officer, "MDG")
    assert "gender" in strategy["missing"]
    assert "human_rights" not in strategy["missing"]
    path = f"/v1/strategies/{strategy['id']}"
    change = {"reason": "A review ended.", "reviewed_on": "2019-06-01", "title": STRATEGY["title"]}
    async with client_of(stack, "assessment", "member_state", member_state="MDG") as state:
        assert (await state.patch(path, json=change)).status_code == 428
        revised = await state.patch(path, json=change, headers={"If-Match": '"1"'})
        assert (revised.status_code, revised.headers["etag"]) == (200, '"2"')
        stale = await state.patch(path, json=change, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        same = await state.patch(path, json=change, headers={"If-Match": '"2"'})
        assert same.headers["etag"] == '"2"', "nothing changed"
        history = (await state.get(f"{path}/changes")).json()["items"]
    assert [(one["party"], one["changed_by"]) for one in history] == [
        ("cted", "cted_officer"), ("member_state", "member_state-MDG"),
    ]  # fmt: skip
    assert (history[0]["before"], history[0]["after"]["title"]) == ({}, STRATEGY["title"])
    assert history[1]["before"] == {"reviewed_on": None}
    assert history[1]["after"] == {"reviewed_on": "2019-06-01"}
    assert history[1]["reason"] == "A review ended."


async def test_a_state_is_another_states_stranger(stack: Stack, officer: httpx.AsyncClient) -> None:
    strategy = await recorded(officer, "MOZ")
    path = f"/v1/strategies/{strategy['id']}"
    async with client_of(stack, "assessment", "member_state", member_state="ZWE") as other:
        assert (await other.get(path)).status_code == 404
        assert (await other.get(f"{path}/changes")).status_code == 404
        body = {"reason": "Not ours.", "title": "Ours"}
        changed = await other.patch(path, json=body, headers={"If-Match": '"1"'})
        assert changed.status_code == 404
        foreign = await other.post("/v1/strategies", json=STRATEGY | {"member_state": "MOZ"})
        assert foreign.status_code == 403
        await recorded(other, "ZWE")
        listed = (await other.get("/v1/strategies")).json()["items"]
        assert {item["member_state"] for item in listed} == {"ZWE"}


async def test_what_is_confidential_is_for_cted_the_committee_and_the_state(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    hidden = await recorded(officer, "LSO", confidential=True)
    shown = await recorded(officer, "LSO")
    path = f"/v1/strategies/{hidden['id']}"
    advice = {"requested_by": "Lesotho", "given_on": "2019-01-01", "text": "On its mechanism."}
    given = await officer.post(f"{path}/advice", json=advice)
    assert given.status_code == 201
    paths = [path, f"{path}/advice", given.headers["location"]]
    for role, claims, sees in (
        ("oct", {}, False), ("un_entity", {}, False), ("partner", {"organisation": "UNDP"}, False),
        ("committee_member", {}, True), ("member_state", {"member_state": "LSO"}, True),
    ):  # fmt: skip
        async with client_of(stack, "assessment", role, **claims) as client:
            answers = {(await client.get(path)).status_code for path in paths}
            assert answers == {200 if sees else 404}, role
            for query in ({}, {"has": "human_rights"}, {"lacks": "gender"}):
                items = (
                    await client.get("/v1/strategies", params={"member_state": "LSO"} | query)
                ).json()["items"]
                ids = {hidden["id"], shown["id"]} if sees else {shown["id"]}
                assert {item["id"] for item in items} == ids, role
            history = await client.get(f"/v1/strategies/{shown['id']}/changes")
            assert history.status_code == (200 if sees else 403), role
    async with client_of(stack, "assessment", "member_state", member_state="LSO") as state:
        lifted = {"reason": "It may be known now.", "confidential": False}
        await state.patch(path, json=lifted, headers={"If-Match": '"1"'})
    async with client_of(stack, "assessment", "oct") as oct_:
        assert (await oct_.get(path)).status_code == 200
    async with client_of(stack, "assessment", "civil_society") as society:
        assert (await society.get("/v1/strategies")).status_code == 403


async def test_advice_says_who_asked_and_with_whom_it_was_given(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    strategy = await recorded(officer, "BWA")
    path = f"/v1/strategies/{strategy['id']}/advice"
    body = {
        "requested_by": "Botswana",
        "given_on": "2019-09-01",
        "partners": ["OCT", "UNODC"],
        "text": "Describe how gender is taken into account.",
    }
    given = await officer.post(path, json=body)
    assert given.status_code == 201
    assert given.json().items() >= body.items()
    assert (await officer.post(path, json=body | {"given_on": "2999-01-01"})).status_code == 422
    other = await recorded(officer, "BWA")
    elsewhere = f"/v1/strategies/{other['id']}/advice/{given.json()['id']}"
    assert (await officer.get(elsewhere)).status_code == 404
    async with client_of(stack, "assessment", "member_state", member_state="BWA") as state:
        assert (await state.post(path, json=body)).status_code == 403, "CTED's to give"
        assert (await state.get(given.headers["location"])).json() == given.json()
        assert (await state.get(path)).json()["items"] == [given.json()]


async def test_contradictions_are_named_all_at_once_and_nothing_is_saved(
    officer: httpx.AsyncClient,
) -> None:
    body = STRATEGY | {
        "member_state": "SWZ", "status": "none_known", "kind": "regional", "mechanism": "",
    }  # fmt: skip
    assert faulty(await officer.post("/v1/strategies", json=body)) == [
        "body.regional_body", "body.adopted_on", "body.elements", "body.mechanism",
    ]  # fmt: skip
    none = {"member_state": "SWZ", "title": "None", "kind": "national", "status": "none_known"}
    answer = await officer.post("/v1/strategies", json=none | {"source": "Asked in 2019"})
    assert answer.status_code == 201, answer.text
    path = f"/v1/strategies/{answer.json()['id']}"
    adopted = {"reason": "Adopted.", "status": "adopted", "adopted_on": "2999-01-01"}
    refused = await officer.patch(path, json=adopted, headers={"If-Match": '"1"'})
    assert faulty(refused) == ["body.adopted_on"]
    assert (await officer.get(path)).json() == answer.json()
    unknown = STRATEGY | {"member_state": "XXX", "elements": ["luck"], "status": "lost"}
    assert faulty(await officer.post("/v1/strategies", json=unknown)) == [
        "body.member_state", "body.status", "body.elements.0",
    ]  # fmt: skip


async def test_strategies_are_found_by_what_they_have_and_lack(
    officer: httpx.AsyncClient,
) -> None:
    regional = await recorded(
        officer, "NAM", kind="regional", regional_body="SADC", elements=["gender"], mechanism="",
        valid_until="2019-12-31", status="expired",
    )  # fmt: skip
    national = await recorded(officer, "NAM")
    for query, only in (
        ({"kind": "regional"}, regional),
        ({"status": "adopted"}, national),
        ({"has": "gender"}, regional),
        ({"lacks": "gender"}, national),
        ({"valid_until_before": "2020-01-01"}, regional),
    ):
        items = (
            await officer.get("/v1/strategies", params={"member_state": "NAM"} | query)
        ).json()["items"]
        assert [item["id"] for item in items] == [only["id"]], query
