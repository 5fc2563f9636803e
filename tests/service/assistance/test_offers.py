"""Offers: registered, changed and withdrawn by their own organisation."""

from datetime import timedelta

import httpx
import pytest

from services.assistance.events import MatchDeclined
from shared.embedded.stack import Stack
from tests.service.assistance import steps
from tests.support.events import read_event
from tests.support.stacks import client_of


async def test_an_offer_belongs_to_its_providers_organisation(
    unodc: httpx.AsyncClient, oct_office: httpx.AsyncClient
) -> None:
    of_partner = await steps.offered(unodc, "TUN", languages=["fr", "fr"], title="In Tunisia")
    of_oct = await steps.offered(oct_office, "TUN")
    assert (of_partner["organisation"], of_partner["languages"]) == ("UNODC", ["fr"])
    assert of_oct["organisation"] == "OCT"
    assert (await oct_office.get(f"/v1/offers/{of_partner['id']}")).json() == of_partner
    listed = await unodc.get("/v1/offers", params={"organisation": "OCT", "status": "active"})
    assert {offer["organisation"] for offer in listed.json()["items"]} == {"OCT"}
    themed = await unodc.get("/v1/offers", params={"theme": "critical-infrastructure"})
    assert themed.json()["items"] == []
    for client, offer in ((unodc, of_partner), (oct_office, of_oct)):
        withdrawn = await client.post(f"/v1/offers/{offer['id']}/withdrawal")
        assert withdrawn.json()["status"] == "withdrawn"
        again = await client.post(f"/v1/offers/{offer['id']}/withdrawal")
        assert again.status_code == 409


@pytest.mark.parametrize(
    ("role", "claims"),
    [
        ("cted_officer", {}),
        ("committee_chair", {}),
        ("member_state", {"member_state": "TUN"}),
        ("un_entity", {}),
        ("partner", {"organisation": "OCT"}),
    ],
)
async def test_others_do_not_offer_and_nobody_poses_as_oct(
    stack: Stack, role: str, claims: dict[str, str]
) -> None:
    async with client_of(stack, "assistance", role, **claims) as other:
        assert (await other.post("/v1/offers", json=_body())).status_code == 403


async def test_another_organisation_neither_changes_nor_withdraws_an_offer(
    unodc: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    offer = await steps.offered(unodc, "EGY")
    path = f"/v1/offers/{offer['id']}"
    change = await undp.patch(path, json={"title": "Mine"}, headers={"If-Match": '"1"'})
    assert change.status_code == 403
    assert (await undp.post(f"{path}/withdrawal")).status_code == 403


async def test_a_change_needs_the_version_it_was_decided_on(unodc: httpx.AsyncClient) -> None:
    offer = await steps.offered(unodc, "LBY")
    path = f"/v1/offers/{offer['id']}"
    change = {"title": "Help with long borders"}
    assert (await unodc.patch(path, json=change)).status_code == 428
    done = await unodc.patch(path, json=change, headers={"If-Match": '"1"'})
    assert done.json() == offer | change | {"version": 2}
    assert (await unodc.patch(path, json=change, headers={"If-Match": '"1"'})).status_code == 412
    await unodc.post(f"{path}/withdrawal")
    late = await unodc.patch(path, json=change, headers={"If-Match": '"3"'})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"themes": []}, ["body.themes"]),
        ({"themes": ["gardening"]}, ["body.themes.0"]),
        ({"regions": ["Atlantis"]}, ["body.regions.0"]),
        ({"member_states": ["ZZZ"]}, ["body.member_states.0"]),
        ({"regions": ["Europe"], "member_states": ["TUN", "EGY"]}, ["body.member_states"]),
        ({"parallel_projects": 0}, ["body.parallel_projects"]),
        ({"languages": ["French"]}, ["body.languages.0"]),
        (
            {"willing_until": "2001-01-01", "able_until": "2001-01-01"},
            ["body.willing_until", "body.able_until"],
        ),
    ],
)
async def test_bad_input_is_named(
    unodc: httpx.AsyncClient, fields: dict[str, object], named: list[str]
) -> None:
    answer = await unodc.post("/v1/offers", json=_body() | fields)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == named


async def test_a_change_is_held_against_what_stays(unodc: httpx.AsyncClient) -> None:
    offer = await steps.offered(unodc, "TUN")
    path, match = f"/v1/offers/{offer['id']}", {"If-Match": '"1"'}
    outside = await unodc.patch(path, json={"regions": ["Europe"]}, headers=match)
    null = await unodc.patch(path, json={"title": None}, headers=match)
    for answer, field in ((outside, "body.member_states"), (null, "body.title")):
        assert answer.status_code == 422
        assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_a_changed_offer_reaches_a_need_that_waited_and_says_why_it_waited(
    officer: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    offer = await steps.offered(undp, "TUN", themes=["internet-and-ict"])
    need = await steps.needed(officer, "EGY", theme="internet-and-ict")
    path = f"/v1/needs/{need['id']}"
    assert (await officer.get(path)).json()["unmet_because"] == (
        "No provider is free for it. Offers of help with Internet and information and "
        "communications technologies: 1, of which 1 not for Egypt."
    )
    change = {"member_states": ["TUN", "EGY"]}
    await undp.patch(f"/v1/offers/{offer['id']}", json=change, headers={"If-Match": '"1"'})
    reached = (await officer.get(path)).json()
    assert (reached["status"], reached["unmet_because"]) == ("proposed", None)


async def test_a_withdrawn_offer_hands_its_unanswered_match_to_the_next_provider(
    stack: Stack, officer: httpx.AsyncClient, unodc: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    theme = {"themes": ["crime-nexus"]}
    first = await steps.offered(unodc, "TUN", **theme)
    await steps.offered(undp, regions=["Africa"], **theme)
    need = await steps.needed(officer, "TUN", theme="crime-nexus")
    match = await steps.proposed_for(officer, need["id"])
    assert match["organisation"] == "UNODC"
    assert "Runner-up: UNDP" in match["because"]
    await unodc.post(f"/v1/offers/{first['id']}/withdrawal")
    assert (await steps.proposed_for(officer, need["id"]))["organisation"] == "UNDP"
    told = await read_event(stack, MatchDeclined, match_id=match["id"])
    assert told["data"]["outcome"] == "withdrawn"


async def test_an_offer_that_is_no_longer_able_is_not_proposed(
    officer: httpx.AsyncClient, operator: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    theme = "critical-infrastructure"
    until = await steps.today(operator) + timedelta(days=3)
    await steps.offered(undp, "TUN", themes=[theme], able_until=until.isoformat())
    in_time = await steps.needed(officer, "TUN", theme=theme)
    assert in_time["status"] == "proposed"
    await steps.pass_days(operator, 4)
    late = await steps.needed(officer, "TUN", theme=theme)
    said = (await officer.get(f"/v1/needs/{late['id']}")).json()
    assert said["status"] == "open"
    assert said["unmet_because"].endswith("of which 1 no longer able.")


def _body() -> dict[str, object]:
    return {
        "title": "Help with borders",
        "themes": ["border-control"],
        "member_states": ["TUN"],
        "parallel_projects": 1,
        "willing_until": steps.FAR,
        "able_until": steps.FAR,
    }
