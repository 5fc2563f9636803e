"""The annual list: drafted from the ranking, adopted, and changed by recorded decisions."""

import asyncio
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
    adopted_list,
    done,
    drafted_list,
    fields_of,
    free_year,
    refusal,
)
from tests.support.events import read_event

SOURCES = ["body.size", "body.member_states", "body.proposal_id"]


async def test_a_list_is_drafted_from_the_proposal_of_its_year(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    year = await free_year(actors)
    constraints = {"visits": {"minimum": 4, "maximum": 4}, "regions": {"Oceania": {"minimum": 2}}}
    proposed = await done(
        await officer.post("/v1/list-proposals", json={"year": year, "constraints": constraints})
    )
    body = {"year": year, "proposal_id": proposed["id"]}
    other = await officer.post("/v1/visit-lists", json=body | {"year": year + 1})
    assert fields_of(other) == ["body.proposal_id"]
    drafted = await done(await officer.post("/v1/visit-lists", json=body))
    assert drafted["proposal_id"] == proposed["id"]
    assert sorted(drafted["member_states"]) == sorted(proposed["member_states"])


async def test_a_list_is_the_first_states_of_the_ranking_with_their_grounds(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    ranks = (await done(await officer.get("/v1/ranking", params={"limit": 7})))["ranks"]
    year = await free_year(actors)
    answer = await officer.post("/v1/visit-lists", json={"year": year, "size": 7})
    drafted = await done(answer)
    assert answer.headers["location"] == f"/v1/visit-lists/{drafted['id']}"
    assert answer.headers["etag"] == '"1"'
    assert drafted["entries"] == ranks
    assert drafted["member_states"] == [rank["member_state"] for rank in ranks]
    assert (drafted["status"], drafted["adopted_on"]) == ("draft", None)
    again = await officer.post("/v1/visit-lists", json={"year": year, "size": 3})
    assert refusal(again) == CONFLICT
    query = {"year": str(year), "status": "draft"}
    assert (await done(await officer.get("/v1/visit-lists", params=query)))["items"] == [drafted]


async def test_an_entry_keeps_its_rank_as_of_drafting(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    drafted = await drafted_list(actors, "LAO")
    await done(
        await actors.state("LAO").post(
            "/v1/visit-requests", json={"member_state": "LAO", "reason": "Please come."}
        )
    )
    now = await done(await officer.get("/v1/ranking/LAO"))
    kept = (await done(await officer.get(f"/v1/visit-lists/{drafted['id']}")))["entries"][0]
    assert kept == drafted["entries"][0]
    assert kept["score"] < now["score"]


async def test_two_officers_drafting_one_year_make_one_list(actors: Actors) -> None:
    body = {"year": await free_year(actors), "member_states": ["KHM"]}
    officers = [actors.of("cted_officer"), actors.of("cted_lead")] * 3
    answers = await asyncio.gather(*(o.post("/v1/visit-lists", json=body) for o in officers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5


@pytest.mark.parametrize(
    ("fields", "faulty"),
    [
        ({"size": 0}, ["body.size"]),
        ({"size": 61}, ["body.size"]),
        ({"proposal_id": str(uuid4())}, ["body.proposal_id"]),
        ({}, SOURCES),
        ({"size": 3, "member_states": ["KEN"]}, SOURCES),
        ({"member_states": []}, ["body.member_states"]),
        ({"member_states": ["KEN", "XYZ"]}, ["body.member_states.1"]),
        ({"member_states": ["KEN", "FJI", "KEN"]}, ["body.member_states.2"]),
        ({"size": 3, "year": 2001}, ["body.year"]),
        ({"size": 3, "note": "x"}, ["body.note"]),
    ],
)
async def test_bad_input_is_named(
    actors: Actors, officer: httpx.AsyncClient, fields: dict[str, object], faulty: list[str]
) -> None:
    body = {"year": await free_year(actors)} | fields
    assert fields_of(await officer.post("/v1/visit-lists", json=body)) == faulty


async def test_a_list_is_drafted_submitted_adopted_and_nothing_else(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    drafted = await drafted_list(actors, "VNM", "THA")
    path = f"/v1/visit-lists/{drafted['id']}"
    change = {"added": ["MMR"], "reason": "New evidence."}
    assert refusal(await chair.post(f"{path}/adoption")) == ILLEGAL
    assert refusal(await chair.post(f"{path}/changes", json=change)) == CONFLICT
    version = {"If-Match": f'"{drafted["version"]}"'}
    states = {"member_states": ["THA", "IDN"], "reason": "New evidence."}
    revised = await done(await officer.patch(path, json=states, headers=version))
    assert set(revised["member_states"]) == {"THA", "IDN"}
    assert refusal(await officer.patch(path, json=states, headers=version)) == STALE
    assert refusal(await officer.post(f"{path}/submission", headers=version)) == STALE
    assert (await officer.patch(path, json=states)).status_code == 428
    submitted = await done(await officer.post(f"{path}/submission"))
    assert submitted["status"] == "submitted"
    version = {"If-Match": f'"{submitted["version"]}"'}
    late = await officer.patch(path, json=states, headers=version)
    assert refusal(late) == CONFLICT
    assert "returns a submitted list to draft" in late.json()["detail"]
    assert refusal(await officer.post(f"{path}/submission")) == ILLEGAL
    assert refusal(await chair.post(f"{path}/changes", json=change)) == CONFLICT
    adopted = await done(await chair.post(f"{path}/adoption", headers=version))
    assert (adopted["status"], adopted["adopted_on"]) == ("adopted", str(await actors.today()))
    assert refusal(await chair.post(f"{path}/adoption")) == ILLEGAL
    assert refusal(await officer.post(f"{path}/submission")) == ILLEGAL
    event = await read_event(stack, visits.VisitListAdopted, visit_list_id=drafted["id"])
    assert event["data"]["member_states"] == adopted["member_states"]
    assert (event["data"]["year"], event["subject"]) == (adopted["year"], "programme")


async def test_every_change_of_an_adopted_list_is_kept_with_its_reason(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    adopted = await adopted_list(actors, "PHL", "MYS")
    path = f"/v1/visit-lists/{adopted['id']}"
    change = {"added": ["BRN", "SGP"], "removed": ["PHL"], "reason": "Declined for this year."}
    version = {"If-Match": f'"{adopted["version"]}"'}
    answer = await chair.post(f"{path}/changes", json=change, headers=version)
    decided = await done(answer)
    assert await done(await officer.get(answer.headers["location"])) == decided
    late = {"removed": ["MYS"], "reason": "Decided on what the list was."}
    assert refusal(await chair.post(f"{path}/changes", json=late, headers=version)) == STALE
    second = await done(
        await chair.post(f"{path}/changes", json={"removed": ["SGP"], "reason": "Postponed."})
    )
    kept = (await done(await officer.get(f"{path}/changes")))["items"]
    assert kept == [decided, second]
    assert (decided["added"], decided["removed"]) == (["BRN", "SGP"], ["PHL"])
    assert (decided["reason"], decided["decided_by"]) == (change["reason"], "committee_chair")
    changed = await done(await officer.get(path))
    assert set(changed["member_states"]) == {"MYS", "BRN"}
    assert {entry["member_state"] for entry in changed["entries"]} == {"MYS", "BRN"}
    event = await read_event(stack, visits.VisitListChanged, visit_list_id=adopted["id"])
    assert event["data"]["added"] == ["BRN", "SGP"]
    assert event["data"]["reason"] == change["reason"]


async def test_a_change_that_does_not_fit_is_named(
    actors: Actors, officer: httpx.AsyncClient, chair: httpx.AsyncClient
) -> None:
    adopted = await adopted_list(actors, "MNG")
    path = f"/v1/visit-lists/{adopted['id']}/changes"

    async def faults(**change: object) -> list[str]:
        return fields_of(await chair.post(path, json={"reason": "New evidence."} | change))

    assert await faults() == ["body.added"]
    assert await faults(added=["MNG"]) == ["body.added.0"]
    assert await faults(added=["NPL"], removed=["NPL"]) == ["body.removed.0"]
    assert await faults(added=["NPL", "NPL"]) == ["body.added.1"]
    assert await faults(added=["NPL"], reason="  ") == ["body.reason"]
    assert (await done(await officer.get(path)))["items"] == []


async def test_two_chairs_changing_at_once_lose_nothing(actors: Actors) -> None:
    adopted = await adopted_list(actors, "KAZ")
    path = f"/v1/visit-lists/{adopted['id']}/changes"
    chair = actors.of("committee_chair")
    wanted = ["UZB", "TJK", "KGZ", "TKM"]
    answers = await asyncio.gather(
        *(chair.post(path, json={"added": [state], "reason": "Risk."}) for state in wanted)
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    after = await done(await chair.get(f"/v1/visit-lists/{adopted['id']}"))
    assert sorted(after["member_states"]) == sorted(["KAZ", *wanted])


async def test_an_unknown_list_is_not_found(officer: httpx.AsyncClient) -> None:
    path = f"/v1/visit-lists/{uuid4()}"
    for asked in (path, f"{path}/changes", f"{path}/changes/{uuid4()}"):
        assert refusal(await officer.get(asked)) == (404, "not-found")


async def test_a_senseless_id_is_named_with_a_key_for_repeats_too(
    officer: httpx.AsyncClient,
) -> None:
    for headers in ({}, {"Idempotency-Key": str(uuid4())}):
        answer = await officer.post("/v1/visit-lists/%00/submission", headers=headers)
        assert fields_of(answer) == ["path.list_id"]
