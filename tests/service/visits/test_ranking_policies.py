"""Ranking policies: saved in versions, compared, put in force; what-if and sensitivity."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from services.visits.ranking.factors import FACTORS
from tests.service.visits.actors import CONFLICT, STALE, Actors, Body, done, fields_of, refusal
from tests.service.visits.grounds import factor
from tests.support.waiting import eventually

POLICIES = "/v1/ranking-policies"
IN_FORCE = "/v1/ranking-policies-in-force"
ASKED = {"prior_request": 1, "gaps": 0.001}


def policy(name: str, **weights: float) -> Body:
    return {"name": name, "weights": weights, "reason": "To see what follows."}


def order(ranking: Body) -> list[str]:
    return [rank["member_state"] for rank in ranking["ranks"]]


async def visited_and_asking(actors: Actors, state: str) -> None:
    """Far down under the built-in policy, and among the first where requests alone count."""
    yesterday = str(await actors.today() - timedelta(days=1))
    visit = {"member_state": state, "visited_on": yesterday}
    await done(await actors.of("cted_officer").post("/v1/past-visits", json=visit))
    request = {"member_state": state, "reason": "To look at it again."}
    await done(await actors.state(state).post("/v1/visit-requests", json=request))


@pytest.fixture
async def lead(actors: Actors) -> AsyncIterator[httpx.AsyncClient]:
    """A lead who leaves the built-in policy in force."""
    client = actors.of("cted_lead")
    yield client
    ranking = await done(await client.get("/v1/ranking", params={"limit": 1}))
    if ranking["policy"]["name"] != "risk-based":
        path = f"{POLICIES}/risk-based/versions/1/entry-into-force"
        await done(await client.post(path, json={"reason": "As it was."}))


async def test_the_built_in_policy_is_there_from_the_start(officer: httpx.AsyncClient) -> None:
    built_in: Body = await eventually(
        officer, f"{POLICIES}/risk-based", lambda body: body.get("name") == "risk-based"
    )
    assert built_in["version"] == 1
    assert built_in["in_force"]
    assert set(built_in["weights"]) == set(FACTORS)
    ranking = await done(await officer.get("/v1/ranking", params={"limit": 1}))
    assert ranking["policy"] == {
        "name": "risk-based",
        "version": 1,
        "weights": built_in["weights"],
    }
    (only,) = (await done(await officer.get(f"{POLICIES}/risk-based/versions")))["items"]
    assert only == built_in


async def test_a_policy_is_saved_in_versions_that_stay_as_they_are(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    answer = await officer.post(POLICIES, json=policy("gaps-first", gaps=2, trends=1))
    first = await done(answer)
    assert answer.headers["location"] == f"{POLICIES}/gaps-first"
    assert first["weights"] == dict.fromkeys(FACTORS, 0) | {"gaps": 2, "trends": 1}
    assert (first["version"], first["in_force"]) == (1, False)
    assert first["saved_by"]
    assert first["saved_on"] == str(await actors.today())
    assert refusal(await officer.post(POLICIES, json=policy("gaps-first", gaps=1))) == CONFLICT

    path = f"{POLICIES}/gaps-first"
    change = {"weights": {"gaps": 1}, "reason": "Gaps alone."}
    read = await officer.get(path)
    saved = await officer.post(
        f"{path}/versions", json=change, headers={"If-Match": read.headers["etag"]}
    )
    second = await done(saved)
    assert saved.headers["location"] == f"{path}/versions/2"
    assert (second["version"], second["weights"]["trends"]) == (2, 0)
    stale = {"If-Match": read.headers["etag"]}
    assert refusal(await officer.post(f"{path}/versions", json=change, headers=stale)) == STALE

    assert await done(await officer.get(path)) == second
    assert await done(await officer.get(f"{path}/versions/1")) == first
    history = (await done(await officer.get(f"{path}/versions")))["items"]
    assert history == [second, first]
    listed = (await done(await officer.get(POLICIES, params={"limit": 200})))["items"]
    assert [found for found in listed if found["name"] == "gaps-first"] == [second]
    assert (await officer.get(f"{path}/versions/3")).status_code == 404
    assert (await officer.get(f"{POLICIES}/none")).status_code == 404
    assert (await officer.get(f"{POLICIES}/none/versions")).status_code == 404
    export = await officer.get(f"{path}/versions/export", params={"format": "csv"})
    assert export.text.count("gaps-first") == 2


async def test_two_officers_at_once_do_not_save_the_same_version(
    officer: httpx.AsyncClient,
) -> None:
    path = f"{POLICIES}/at-once"
    change = {"weights": {"gaps": 1}, "reason": "Gaps alone."}
    for url, body in ((POLICIES, policy("at-once", trends=1)), (f"{path}/versions", change)):
        answers = await asyncio.gather(*(officer.post(url, json=body) for _ in range(5)))
        assert {answer.status_code for answer in answers} <= {201, 409}
    history = (await done(await officer.get(f"{path}/versions")))["items"]
    numbers = [version["version"] for version in history]
    assert numbers == list(range(len(numbers), 0, -1))
    assert len(numbers) > 1


async def test_every_fault_of_weights_is_named_and_nothing_is_saved(
    officer: httpx.AsyncClient,
) -> None:
    bad = b'{"gaps": -1, "weather": 0.5, "trends": NaN, "events": Infinity, "consent": 1001}'
    named = [f"body.weights.{f}" for f in ("gaps", "weather", "trends", "events", "consent")]
    json = {"content-type": "application/json"}
    sent = b'{"name": "bad", "reason": "None.", "weights": %b}' % bad
    assert fields_of(await officer.post(POLICIES, content=sent, headers=json)) == named
    imagined = await officer.post(
        "/v1/ranking/what-if", content=b'{"weights": %b}' % bad, headers=json
    )
    assert fields_of(imagined) == named
    for weights in ({}, {"gaps": 0}):
        answer = await officer.post(POLICIES, json=policy("bad") | {"weights": weights})
        assert fields_of(answer) == ["body.weights"]
    assert (await officer.get(f"{POLICIES}/bad")).status_code == 404
    bad_name = policy("Not A Name", gaps=1) | {"reason": " ", "author": "me"}
    assert set(fields_of(await officer.post(POLICIES, json=bad_name))) == {
        "body.name",
        "body.reason",
        "body.author",
    }


async def test_a_lead_puts_a_version_in_force_and_the_decision_is_kept(
    actors: Actors, officer: httpx.AsyncClient, lead: httpx.AsyncClient
) -> None:
    await visited_and_asking(actors, "AND")
    await done(await officer.post(POLICIES, json=policy("asked-first", **ASKED)))
    before = order(await done(await officer.get("/v1/ranking")))
    ranking = await done(await officer.get("/v1/ranking", params={"policy": "asked-first"}))
    assert (ranking["policy"]["name"], ranking["policy"]["version"]) == ("asked-first", 1)
    assert order(ranking) != before
    assert order(await done(await officer.get("/v1/ranking"))) == before

    path = f"{POLICIES}/asked-first/versions/1/entry-into-force"
    why = {"reason": "The Committee wishes to see new States first."}
    assert (await officer.post(path, json=why)).status_code == 403
    answer = await lead.post(path, json=why)
    entry = await done(answer)
    assert (entry["name"], entry["version"], entry["reason"]) == ("asked-first", 1, why["reason"])
    assert entry["decided_on"] == str(await actors.today())
    assert await done(await officer.get(answer.headers["location"])) == entry
    assert refusal(await lead.post(path, json=why)) == CONFLICT
    latest = (await done(await officer.get(IN_FORCE)))["items"][0]
    assert latest == entry

    now = await done(await officer.get("/v1/ranking"))
    assert (now["policy"]["name"], order(now)) == ("asked-first", order(ranking))
    assert (await done(await officer.get(f"{POLICIES}/asked-first")))["in_force"]
    assert not (await done(await officer.get(f"{POLICIES}/risk-based")))["in_force"]
    own = await done(await actors.state("AND").get("/v1/ranking/AND"))
    assert own["policy"]["name"] == "asked-first"
    missing = f"{POLICIES}/asked-first/versions/7/entry-into-force"
    assert (await lead.post(missing, json=why)).status_code == 404


async def test_two_policies_are_compared_and_weights_tried_without_saving(
    officer: httpx.AsyncClient, actors: Actors
) -> None:
    await visited_and_asking(actors, "LIE")
    await done(await officer.post(POLICIES, json=policy("asked-for", **ASKED)))
    query = {"with_policy": "asked-for", "first": "30"}
    compared = await done(await officer.get("/v1/ranking/comparison", params=query))
    assert compared["before"]["name"] == "risk-based"
    assert -1 <= compared["kendall_tau"] < 1
    assert "LIE" in compared["entering"]
    assert len(compared["entering"]) == len(compared["leaving"])
    places = [abs(move["places"]) for move in compared["moves"]]
    assert places == sorted(places, reverse=True)
    assert all(m["places"] == m["position_before"] - m["position_after"] for m in compared["moves"])
    back = await done(
        await officer.get(
            "/v1/ranking/comparison", params={"policy": "asked-for", "version": 1, "first": 30}
        )
    )
    assert (back["entering"], back["leaving"]) == (compared["leaving"], compared["entering"])
    assert back["kendall_tau"] == pytest.approx(compared["kendall_tau"])

    before = order(await done(await officer.get("/v1/ranking")))
    known = len((await done(await officer.get(POLICIES, params={"limit": 200})))["items"])
    imagined = await done(
        await actors.of("committee_member").post(
            "/v1/ranking/what-if", json={"weights": ASKED, "first": 30}
        )
    )
    assert (imagined["ranking"]["policy"]["name"], imagined["ranking"]["policy"]["version"]) == (
        None,
        None,
    )
    assert len(imagined["ranking"]["ranks"]) == 193
    for part in ("kendall_tau", "entering", "leaving", "moves"):
        assert imagined["difference"][part] == compared[part]
    assert order(await done(await officer.get("/v1/ranking"))) == before
    after = (await done(await officer.get(POLICIES, params={"limit": 200})))["items"]
    assert len(after) == known

    unknown = await officer.get("/v1/ranking/comparison", params={"with_policy": "none"})
    assert unknown.status_code == 404
    nameless = await officer.get("/v1/ranking", params={"version": 1})
    assert fields_of(nameless) == ["query.version"]


async def test_sensitivity_is_the_same_each_time_and_about_all_states(
    officer: httpx.AsyncClient,
) -> None:
    query = {"first": 20, "draws": 500, "spread": 0.5}
    found = await done(await officer.get("/v1/ranking/sensitivity", params=query))
    assert await done(await officer.get("/v1/ranking/sensitivity", params=query)) == found
    ranking = await done(await officer.get("/v1/ranking"))
    assert [state["member_state"] for state in found["states"]] == order(ranking)
    assert sum(state["share_in_first"] for state in found["states"]) == pytest.approx(20)
    assert (found["seed"], found["policy"]) == (1373, ranking["policy"])
    bad = await officer.get(
        "/v1/ranking/sensitivity", params={"first": 194, "spread": 0, "draws": 1, "seed": -1}
    )
    assert fields_of(bad) == ["query.first", "query.spread", "query.draws", "query.seed"]


async def test_the_ranking_is_a_list_and_a_file(officer: httpx.AsyncClient) -> None:
    ranking = await done(await officer.get("/v1/ranking"))
    paged: list[Body] = []
    cursor: dict[str, str] = {}
    while True:
        page = await done(await officer.get("/v1/ranked-states", params={"limit": 100, **cursor}))
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert paged == ranking["ranks"]
    last = await done(
        await officer.get("/v1/ranked-states", params={"sort": "-position", "limit": 1})
    )
    assert last["items"] == paged[-1:]
    bad = await officer.get("/v1/ranked-states", params={"cursor": "-1"})
    assert fields_of(bad) == ["query.cursor"]
    query = {"format": "csv", "region": "Oceania"}
    export = await officer.get("/v1/ranked-states/export", params=query)
    rows = [*csv.DictReader(io.StringIO(export.text.removeprefix("\ufeff")))]
    assert len(rows) == 14
    assert set(rows[0]) == {"position", "member_state", "score", "factors"}
    assert rows[0]["factors"].startswith("gaps ")


async def test_a_state_withdraws_its_request_and_a_visit_meets_one(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    san_marino, andorra = actors.state("SMR"), actors.state("AND")
    requests = "/v1/visit-requests"
    body = {"member_state": "SMR", "reason": "A new law."}
    first = await done(await san_marino.post(requests, json=body))
    assert (first["status"], first["closed_on"]) == ("open", None)
    path = f"{requests}/{first['id']}/withdrawal"
    assert (await andorra.post(path)).status_code == 404
    assert refusal(await san_marino.post(path, headers={"If-Match": '"9"'})) == STALE
    withdrawn = await done(await san_marino.post(path))
    today = await actors.today()
    assert (withdrawn["status"], withdrawn["closed_on"]) == ("withdrawn", str(today))
    assert refusal(await san_marino.post(path)) == (409, "illegal-transition")
    standing = await done(await san_marino.get("/v1/ranking/SMR"))
    prior = factor(standing, "prior_request")
    assert (prior["value"], prior["count"], prior["data_as_of"]) == (0, 0, None)

    second = await done(await san_marino.post(requests, json=body))
    standing = await done(await san_marino.get("/v1/ranking/SMR"))
    prior = factor(standing, "prior_request")
    assert (prior["value"], prior["count"], prior["age_days"]) == (1, 1, 0)
    await actors.advance_to(today + timedelta(days=2))
    earlier = {"member_state": "SMR", "visited_on": str(today - timedelta(days=1))}
    await done(await officer.post("/v1/past-visits", json=earlier))
    assert (await done(await san_marino.get(f"{requests}/{second['id']}")))["status"] == "open"
    visit = {"member_state": "SMR", "visited_on": str(today + timedelta(days=1))}
    await done(await officer.post("/v1/past-visits", json=visit))
    met = await done(await san_marino.get(f"{requests}/{second['id']}"))
    assert (met["status"], met["closed_on"]) == ("met", visit["visited_on"])
    open_ones = await done(await san_marino.get(requests, params={"status": "open"}))
    assert open_ones["items"] == []
