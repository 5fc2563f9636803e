"""The annual list read back: every state of it, and each State's own standing."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    Body,
    adopted_list,
    done,
    drafted_list,
    fields_of,
    mission_body,
    refusal,
)
from tests.support.events import read_event


async def _asked(actors: Actors, visit_list: Body, state: str) -> Body:
    body = {
        "visit_list_id": visit_list["id"],
        "member_state": state,
        "answer_due_on": str(await actors.today() + timedelta(days=30)),
    }
    return await done(await actors.of("cted_officer").post("/v1/consents", json=body))


def _winners(answers: Sequence[httpx.Response]) -> list[httpx.Response]:
    """The answers that succeeded; every other one must have been told to read again."""
    won = [answer for answer in answers if answer.is_success]
    assert {refusal(answer) for answer in answers if not answer.is_success} == {STALE}
    return won


async def test_every_state_of_a_list_is_read_back(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    first_day = await actors.today()
    second_day, third_day = first_day + timedelta(days=1), first_day + timedelta(days=2)
    drafted = await drafted_list(actors, "AND", "MCO")
    path = f"/v1/visit-lists/{drafted['id']}"

    async def revised(version: int, *states: str, reason: str) -> Body:
        return await done(
            await officer.patch(
                path,
                json={"member_states": list(states), "reason": reason},
                headers={"If-Match": f'"{version}"'},
            )
        )

    await revised(1, "AND", "LIE", reason="MCO asked for next year.")
    submitted = await done(await officer.post(f"{path}/submission"))
    assert submitted["submitted_on"] == str(first_day)
    told = await read_event(stack, visits.VisitListSubmitted, visit_list_id=drafted["id"])
    assert set(told["data"]["member_states"]) == {"AND", "LIE"}
    await actors.advance_to(second_day)
    asked = {"reason": "Add a State that was never visited."}
    returned = await done(await chair.post(f"{path}/return", json=asked))
    assert (returned["status"], returned["submitted_on"]) == ("draft", None)
    assert refusal(await chair.post(f"{path}/return", json=asked)) == ILLEGAL
    assert fields_of(await chair.post(f"{path}/return", json={"reason": " "})) == ["body.reason"]
    same = await revised(4, "AND", "LIE", reason="It was never visited.")
    assert same["version"] == 5
    await done(await officer.post(f"{path}/submission"))
    await done(await chair.post(f"{path}/adoption", json={"symbol": "S/AC.40/2020/NOTE.1"}))
    await actors.advance_to(third_day)
    change = {"added": ["SMR"], "removed": ["LIE"], "reason": "LIE declined.", "symbol": "NOTE.2"}
    decided = await done(await chair.post(f"{path}/changes", json=change))
    assert (decided["list_version"], decided["symbol"]) == (8, "NOTE.2")

    states = (await done(await officer.get(f"{path}/states")))["items"]
    assert [(state["list_version"], state["act"]) for state in states] == list(
        enumerate(
            ["drafted", "revised", "submitted", "returned", "revised", "submitted", "adopted",
             "changed"], start=1,
        )
    )  # fmt: skip
    assert [state["reason"] for state in states if state["act"] == "revised"] == [
        "MCO asked for next year.",
        "It was never visited.",
    ]
    assert (states[1]["added"], states[1]["removed"]) == (["LIE"], ["MCO"])
    assert (states[6]["symbol"], states[6]["acted_by"]) == (
        "S/AC.40/2020/NOTE.1",
        "committee_chair",
    )
    adopted = await done(await officer.get(f"{path}/states", params={"act": "adopted"}))
    assert adopted["items"] == [states[6]]

    assert await done(await officer.get(f"{path}/states/1")) == drafted
    on = {
        day: (await officer.get(path, params={"on": str(day)})) for day in (first_day, second_day)
    }
    assert await done(on[first_day]) == submitted
    assert on[first_day].headers["etag"] == '"3"'
    then = await done(on[second_day])
    assert (then["status"], then["adopted_on"]) == ("adopted", str(second_day))
    assert set(then["member_states"]) == {"AND", "LIE"}
    now = await done(await officer.get(path))
    assert set(now["member_states"]) == {"AND", "SMR"}
    assert await done(await officer.get(path, params={"on": str(third_day)})) == now
    late = str(third_day + timedelta(days=1))
    assert fields_of(await officer.get(path, params={"on": late})) == ["query.on"]
    early = {"on": str(first_day - timedelta(days=1))}
    assert refusal(await officer.get(path, params=early)) == (404, "not-found")
    assert refusal(await officer.get(f"{path}/states/9")) == (404, "not-found")

    async def compared(**query: int | str) -> Body:
        return await done(await officer.get(f"{path}/difference", params=query))

    whole = await compared(from_version=1)
    assert (whole["added"], whole["removed"]) == (["SMR"], ["MCO"])
    assert (whole["status_before"], whole["status_after"]) == ("draft", "adopted")
    assert whole["acts"] == states[1:]
    assert await compared(from_version=1, to_version=8) == whole
    days = await compared(from_on=str(first_day), to_on=str(second_day))
    assert (days["from_version"], days["to_version"], days["added"]) == (3, 7, [])
    faulty: list[tuple[dict[str, int | str], list[str]]] = [
        ({}, ["from_on", "from_version"]),
        ({"from_version": 1, "to_version": 2, "to_on": late}, ["to_on", "to_version"]),
        ({"from_version": 7, "to_version": 2}, ["from_version"]),
        ({"from_version": 0}, ["from_version"]),
    ]
    for query, fields in faulty:
        answer = await officer.get(f"{path}/difference", params=query)
        assert fields_of(answer) == [f"query.{field}" for field in fields]
    file = await officer.get(f"{path}/states/export", params={"format": "csv"})
    assert len(file.text.strip().splitlines()) == 1 + len(states)
    missing = f"/v1/visit-lists/{uuid4()}"
    for asked_for in (f"{missing}/states", f"{missing}/states/1", f"{missing}/difference"):
        assert refusal(await officer.get(asked_for)) == (404, "not-found")


async def test_of_two_who_change_a_list_at_once_one_is_told_to_read_again(
    actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    drafted = await drafted_list(actors, "STP")
    path = f"/v1/visit-lists/{drafted['id']}"
    version = {"If-Match": '"1"'}
    wanted = [{"member_states": [state], "reason": "Risk."} for state in ("COM", "SYC", "CPV")]
    officers = [officer, actors.of("cted_lead"), officer]
    (won,) = _winners(
        await asyncio.gather(
            *(
                one.patch(path, json=body, headers=version)
                for one, body in zip(officers, wanted, strict=True)
            )
        )
    )
    assert await done(await officer.get(path)) == won.json()
    again = {"If-Match": won.headers["etag"]}
    assert (await officer.patch(path, json=wanted[0], headers=again)).status_code == 200
    await done(await officer.post(f"{path}/submission"))
    adopted = await chair.post(f"{path}/adoption")
    version = {"If-Match": adopted.headers["etag"]}
    changes = [{"added": [state], "reason": "Risk."} for state in ("GNB", "GNQ", "MRT")]
    (won,) = _winners(
        await asyncio.gather(
            *(chair.post(f"{path}/changes", json=body, headers=version) for body in changes)
        )
    )
    kept = (await done(await officer.get(f"{path}/changes")))["items"]
    assert kept == [won.json()]
    states = (await done(await officer.get(f"{path}/states")))["items"]
    assert [state["list_version"] for state in states] == [1, 2, 3, 4, 5, 6]


async def test_a_state_sees_its_own_standing_alone(
    actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    palau = actors.state("PLW")
    await drafted_list(actors, "PLW")
    assert (await done(await palau.get("/v1/listings", params={"listed": True})))["items"] == []
    adopted = await adopted_list(actors, "PLW", "TUV")
    year = {"year": adopted["year"]}
    listed_on = str(await actors.today())
    (standing,) = (await done(await palau.get("/v1/listings", params=year)))["items"]
    assert (standing["listed"], standing["since"]) == (True, listed_on)
    await actors.advance_to(await actors.today() + timedelta(days=1))
    change = {"removed": ["PLW"], "reason": "TUV is at more risk.", "symbol": "NOTE.3"}
    decided = await done(await chair.post(f"/v1/visit-lists/{adopted['id']}/changes", json=change))
    told = await palau.get("/v1/listings", params=year)
    (standing,) = (await done(told))["items"]
    assert (standing["listed"], standing["since"]) == (False, decided["decided_on"])
    assert [(step["decided_on"], step["listed"]) for step in standing["decisions"]] == [
        (listed_on, True),
        (decided["decided_on"], False),
    ]
    assert standing["decisions"][1]["decision_id"] == decided["id"]
    assert standing["decisions"][1]["symbol"] == "NOTE.3"
    assert "TUV" not in told.text
    never = (await done(await actors.state("NRU").get("/v1/listings", params=year)))["items"]
    assert [(one["listed"], one["since"], one["decisions"]) for one in never] == [(False, None, [])]

    others = await palau.get("/v1/listings", params={"member_state": "TUV"})
    assert refusal(others) == (403, "forbidden")
    for path in ("", f"/{adopted['id']}", f"/{adopted['id']}/states", f"/{adopted['id']}/changes"):
        assert (await palau.get(f"/v1/visit-lists{path}")).status_code == 403
    assert fields_of(await officer.get("/v1/listings")) == ["query.member_state"]
    of_tuvalu = year | {"member_state": "TUV", "listed": True}
    (seen,) = (await done(await officer.get("/v1/listings", params=of_tuvalu)))["items"]
    assert (seen["member_state"], seen["listed"]) == ("TUV", True)
    file = await palau.get("/v1/listings/export", params=year | {"format": "json"})
    assert file.json() == [standing]


async def test_a_state_that_leaves_the_list_is_asked_and_visited_no_more(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    adopted = await adopted_list(actors, "COM", "SYC", "CPV")
    path = f"/v1/visit-lists/{adopted['id']}/changes"
    open_one, given, visited = [
        await _asked(actors, adopted, state) for state in ("COM", "SYC", "CPV")
    ]
    for consent in (given, visited):
        answer = f"/v1/consents/{consent['id']}/answer"
        await done(await officer.post(answer, json={"answer": "given"}))
    visit = await mission_body(actors, visited)
    mission = await done(await officer.post("/v1/missions", json=visit))
    why = "Another year."
    change = {"removed": ["COM", "SYC", "CPV"], "reason": why}
    refused = await chair.post(path, json=change)
    assert refusal(refused) == CONFLICT
    assert f"/v1/missions/{mission['id']} to CPV" in refused.json()["detail"]
    assert (await done(await officer.get(f"/v1/consents/{open_one['id']}")))["version"] == 1

    change["removed"] = ["COM", "SYC"]
    decided = await done(await chair.post(path, json=change))
    assert decided["consents_withdrawn"] == [open_one["id"]]
    assert decided["consents_kept"] == [given["id"]]
    ended = await read_event(stack, visits.ConsentEnded, consent_id=open_one["id"])
    assert ended["data"]["outcome"] == "withdrawn"
    withdrawn = await done(await actors.state("COM").get(f"/v1/consents/{open_one['id']}"))
    assert withdrawn["status"] == "withdrawn"
    assert why not in str(withdrawn)
    marked = await done(await officer.get("/v1/consents", params={"removed": True}))
    assert [one["id"] for one in marked["items"]] == [given["id"]]
    visit = await mission_body(actors, given)
    refused = await officer.post("/v1/missions", json=visit)
    assert refusal(refused) == CONFLICT
    assert "off the list" in refused.json()["detail"]

    back = {"added": ["SYC", "COM"], "reason": "There is room."}
    await done(await chair.post(path, json=back))
    free = await done(await officer.get(f"/v1/consents/{given['id']}"))
    assert (free["status"], free["removed_on"]) == ("given", None)
    await done(await officer.post("/v1/missions", json=visit))
    await _asked(actors, adopted, "COM")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("changes", {"removed": ["STP"], "reason": "It went home.", "symbol": " "}, "body.symbol"),
        ("adoption", {"symbol": "x" * 101}, "body.symbol"),
        ("return", {}, "body.reason"),
    ],
)
async def test_a_bad_act_is_named(actors: Actors, path: str, body: Body, field: str) -> None:
    chair = actors.of("committee_chair")
    answer = await chair.post(f"/v1/visit-lists/{uuid4()}/{path}", json=body)
    assert fields_of(answer) == [field]
