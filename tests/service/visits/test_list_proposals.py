"""The annual list proposed under constraints: kept with its reasons, refused, tried otherwise."""

import asyncio
import csv
import io
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from shared.reference import member_states
from tests.service.visits.actors import (
    Actors,
    Body,
    done,
    fields_of,
    refusal,
    requested_consent,
)

PROPOSALS = "/v1/list-proposals"
OCEANIA = {state.alpha3 for state in member_states().values() if state.region == "Oceania"}
AFRICA = {state.alpha3 for state in member_states().values() if state.region == "Africa"}
INFEASIBLE = (422, "infeasible")


def visits(number: int, **others: object) -> Body:
    return {"visits": {"minimum": number, "maximum": number}} | others


def because(state: str, reason: str = "So decided.") -> Body:
    return {"member_state": state, "reason": reason}


async def proposed(actors: Actors, constraints: Body, **fields: object) -> Body:
    body = {"year": (await actors.today()).year + 1, "constraints": constraints} | fields
    return await done(await actors.of("cted_officer").post(PROPOSALS, json=body))


async def test_a_list_is_proposed_explained_kept_and_changed_on_trial(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    chair, title = actors.of("committee_chair"), f"Draft {uuid4()}"
    visit = {
        "member_state": "BDI",
        "visited_on": str(await actors.today() - timedelta(days=400)),
    }
    await done(await officer.post("/v1/past-visits", json=visit))
    constraints = visits(
        8,
        regions={"Oceania": {"minimum": 2, "maximum": 3}, "Africa": {"maximum": 2}},
        capacity={
            "officers": 6,
            "days_each": 40,
            "days_per_visit": 30,
            "days_per_focused_visit": 12,
            "focused": ["BDI"],
        },
        never_visited=3,
        recently_visited={"under_years": 3, "maximum": 1},
        required=[because("BDI", "It asked for help at its borders.")],
        left_out=[because("GAB")],
        regional_share_tolerance=0.5,
    )
    body: Body = {"year": (await actors.today()).year, "title": title, "constraints": constraints}
    key = {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(
        *(officer.post(PROPOSALS, json=body, headers=key) for _ in range(2))
    )
    made = await done(answers[0])
    assert answers[1].json() == made
    path = f"{PROPOSALS}/{made['id']}"
    assert (answers[0].headers["location"], answers[0].headers["etag"]) == (path, '"1"')
    assert await done(await chair.get(path)) == made

    listed, outcome = made["member_states"], made["outcome"]
    assert len(listed) == 8
    assert 2 <= len(OCEANIA & {*listed}) <= 3
    assert len(AFRICA & {*listed}) <= 2
    assert "BDI" in listed
    assert "GAB" not in listed
    assert len(made["scores"]) == 193
    assert made["total"] == pytest.approx(sum(made["scores"][state] for state in listed))
    assert outcome["proven"]
    assert outcome["bound"] == outcome["total"] == made["total"]
    entries = {entry["member_state"]: entry for entry in outcome["proposed"]}
    assert [*entries] == listed
    assert [e["position"] for e in entries.values()] == sorted(
        e["position"] for e in entries.values()
    )
    assert (entries["BDI"]["basis"], entries["BDI"]["constraints"][-1]) == (
        "constraint",
        "required.0",
    )
    costs = {cost["constraint"]: cost for cost in outcome["costs"]}
    assert costs["required.0"]["cost"] > 0
    assert "BDI" in costs["required.0"]["left"]
    assert costs["capacity"]["reached"] == 7 * 30 + 12
    passed = outcome["passed_over"]
    assert passed
    assert all(entry["position"] <= 8 and entry["constraints"] for entry in passed)

    (summary,) = (
        await done(await chair.get(PROPOSALS, params={"member_state": "BDI", "limit": 1}))
    )["items"]
    assert summary == {name: made[name] for name in summary}
    query = {"year": str(body["year"]), "policy": "risk-based"}
    items = (await done(await officer.get(PROPOSALS, params=query)))["items"]
    assert made["id"] in [item["id"] for item in items]
    file = await officer.get(f"{PROPOSALS}/export", params=query | {"format": "csv"})
    rows = csv.DictReader(io.StringIO(file.text.lstrip("\ufeff")))
    assert {row["id"]: row["title"] for row in rows}[made["id"]] == title

    trial = {"proposal_id": made["id"], "constraints": visits(8, left_out=[because("BDI")])}
    tried = await done(await chair.post(f"{PROPOSALS}/what-if", json=trial))
    assert tried["constraints_before"] == made["constraints"]
    now = {entry["member_state"] for entry in tried["after"]["proposed"]}
    was = {entry["member_state"] for entry in tried["before"]["proposed"]}
    assert "BDI" in was - now
    difference = tried["difference"]
    assert {entry["member_state"] for entry in difference["entered"]} == now - was
    assert {entry["member_state"] for entry in difference["left"]} == was - now
    assert difference["total_after"] > difference["total_before"]
    trial = {"proposal_id": made["id"], "weights": {"return_visit": 1, "time_since_visit": 1}}
    tried = await done(await chair.post(f"{PROPOSALS}/what-if", json=trial))
    assert tried["policy_before"]["name"] == "risk-based"
    assert tried["policy_after"]["weights"] == trial["weights"]
    assert tried["constraints_after"] == made["constraints"]
    after = (await done(await officer.get(PROPOSALS, params=query)))["items"]
    assert len(after) == len(items)
    assert await done(await officer.get(path)) == made


async def test_without_a_proposal_a_trial_is_of_the_plain_ranking(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    first = (await done(await officer.get("/v1/ranking", params={"limit": 6})))["ranks"]
    best = [rank["member_state"] for rank in first]
    trial = {"constraints": visits(6, left_out=[because(best[0])])}
    tried = await done(await officer.post(f"{PROPOSALS}/what-if", json=trial))
    assert [entry["member_state"] for entry in tried["before"]["proposed"]] == best
    assert [entry["member_state"] for entry in tried["difference"]["left"]] == best[:1]
    (entered,) = tried["difference"]["entered"]
    assert entered["position_after"] == 7
    weights = {"weights": {"never_visited": 2}, "constraints": visits(6)}
    made = await proposed(actors, weights["constraints"], weights=weights["weights"])
    assert (made["policy"], made["policy_version"]) == (None, None)
    saved = await proposed(actors, visits(6), policy="risk-based", policy_version=1)
    assert (saved["policy"], saved["policy_version"]) == ("risk-based", 1)
    assert saved["member_states"] == best
    tried = await done(await officer.post(f"{PROPOSALS}/what-if", json=weights))
    assert [e["member_state"] for e in tried["after"]["proposed"]] == made["member_states"]


async def test_constraints_that_conflict_are_named_each_with_a_way_out(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    await requested_consent(actors, "GMB")
    constraints = visits(
        5,
        regions={"Africa": {"minimum": 3}, "Asia": {"minimum": 2}, "Oceania": {"minimum": 1}},
        left_out_by_consent=["declined", "unanswered"],
        required=[because("GMB")],
        never_visited=1,
    )
    body: Body = {"year": (await actors.today()).year, "constraints": constraints}
    refused = await officer.post(PROPOSALS, json=body)
    assert refusal(refused) == INFEASIBLE
    assert {*fields_of(refused)} == {
        f"body.constraints.{name}"
        for name in (
            "visits.maximum",
            "regions.Africa.minimum",
            "regions.Asia.minimum",
            "regions.Oceania.minimum",
            "required.0",
            "left_out_by_consent.1",
        )
    }
    told = {fault["field"]: fault["message"] for fault in refused.json()["errors"]}
    message = told["body.constraints.required.0"]
    assert message.startswith("required.0: GMB on the list conflicts with: no State whose consent")
    assert message.endswith(" To go on, require it no longer.")
    constraints["visits"] = {"maximum": 6}
    constraints["left_out_by_consent"] = ["declined"]
    made = await done(await officer.post(PROPOSALS, json=body))
    assert "GMB" in made["member_states"]
    trial = {"proposal_id": made["id"], "constraints": {"visits": {"maximum": 3, "minimum": 4}}}
    assert fields_of(await officer.post(f"{PROPOSALS}/what-if", json=trial)) == [
        "body.constraints.visits.minimum"
    ]


async def test_what_cannot_be_meant_is_named_all_at_once(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    year = (await actors.today()).year
    body = {
        "year": year - 1,
        "weights": {"gaps": -1, "luck": 1},
        "constraints": {
            "visits": {"minimum": 9, "maximum": 8},
            "regions": {"Atlantis": {"minimum": 1}, "Asia": {"minimum": -1}},
            "required": [because("KEN")],
            "left_out": [because("KEN")],
        },
    }
    assert fields_of(await officer.post(PROPOSALS, json=body)) == [
        "body.year",
        "body.weights.gaps",
        "body.weights.luck",
        *(
            f"body.constraints.{name}"
            for name in (
                "visits.minimum",
                "regions.Atlantis",
                "regions.Asia.minimum",
                "required.0.member_state",
                "left_out.0.member_state",
            )
        ),
    ]
    sound = {"year": year, "constraints": visits(3)}
    what_if = f"{PROPOSALS}/what-if"
    for path, sent, faulty in (
        (PROPOSALS, sound | {"policy": "nowhere"}, ["policy"]),
        (PROPOSALS, sound | {"policy": "risk-based", "weights": {"gaps": 1}}, ["policy"]),
        (PROPOSALS, sound | {"policy_version": 1}, ["policy"]),
        (
            PROPOSALS,
            sound | {"constraints": {"visit": 3}},
            ["constraints.visits", "constraints.visit"],
        ),
        (what_if, {}, ["weights", "policy", "constraints"]),
        (what_if, {"weights": {"gaps": 1}}, ["constraints"]),
        (what_if, {"proposal_id": str(uuid4()), "weights": {"gaps": 1}}, ["proposal_id"]),
    ):
        fields = fields_of(await officer.post(path, json=sent))
        assert fields == [f"body.{field}" for field in faulty]
    assert refusal(await officer.get(f"{PROPOSALS}/{uuid4()}")) == (404, "not-found")
