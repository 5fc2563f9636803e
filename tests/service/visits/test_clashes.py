"""What a visit clashes with: other bodies' visits, and what its team cannot do (¶14)."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import httpx

from services.visits import events as visits
from shared.embedded.event_log import EventLog
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    done,
    entered_officer,
    fields_of,
    given_consent,
    mission_body,
    refusal,
    scheduled_mission,
)
from tests.support.events import read_event, read_events
from tests.support.stacks import client_of


def _visit(state: str, starts_on: date, days: int, **fields: object) -> Body:
    return {
        "body": "1267",
        "reference": str(uuid4()),
        "member_state": state,
        "purpose": "Monitoring Team.",
        "starts_on": str(starts_on),
        "ends_on": str(starts_on + timedelta(days=days - 1)),
        **fields,
    }


async def _clashes(officer: httpx.AsyncClient, mission: Body) -> Body:
    return await done(await officer.get(f"/v1/missions/{mission['id']}/clashes"))


async def test_another_bodys_visit_that_meets_ours_is_flagged_once_whoever_is_entered_last(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    body = actors.of("un_entity")
    mission = await scheduled_mission(actors, "MHL")
    ends_on = date.fromisoformat(mission["ends_on"])
    far = _visit("MHL", ends_on + timedelta(days=15), 2)
    apart = await done(await body.post("/v1/other-visits", json=far))
    assert apart["clashes"] == []
    assert (await done(await officer.get(f"/v1/missions/{mission['id']}")))["clashes"] == {
        "other_visits": 0,
        "team": 0,
    }
    path = f"/v1/other-visits/{apart['id']}"
    nearer = {"starts_on": str(ends_on + timedelta(days=14))}
    first = {"If-Match": '"1"'}
    near = await done(await body.patch(path, json=nearer, headers=first))
    assert [(one["mission_id"], one["days_apart"]) for one in near["clashes"]] == [
        (mission["id"], 14)
    ]
    assert refusal(await body.patch(path, json=nearer, headers=first)) == STALE
    told = await read_event(stack, visits.VisitClashFlagged, mission_id=mission["id"])
    assert (told["data"]["body"], told["data"]["starts_on"]) == ("1267", near["starts_on"])
    (clash,) = (await _clashes(officer, mission))["other_visits"]
    assert (clash["other_visit_id"], clash["days_apart"]) == (apart["id"], 14)
    # Of the two, ours comes last; the first pair is not told again, though it still meets.
    over = _visit("MHL", ends_on, 3, body="oct")
    await done(await actors.of("oct").post("/v1/other-visits", json=over))
    consent = await given_consent(actors, "MHL")
    last = await done(await officer.post("/v1/missions", json=await mission_body(actors, consent)))
    assert last["clashes"]["other_visits"] == 2
    flags = await read_events(
        stack,
        "ctc.visits",
        lambda event: (
            event["type"] == visits.VisitClashFlagged.type
            and event["data"]["mission_id"] in (mission["id"], last["id"])
        ),
        4,
    )
    pairs = [(event["data"]["mission_id"], event["data"]["body"]) for event in flags]
    assert sorted(pairs) == sorted(
        (one["id"], name) for one in (mission, last) for name in ("1267", "OCT")
    )
    cancelled = await done(
        await body.post(f"{path}/cancellation", json={"reason": "Put off for a year."})
    )
    assert (cancelled["status"], cancelled["clashes"]) == ("cancelled", [])
    assert refusal(await body.post(f"{path}/cancellation", json={"reason": "Again."})) == ILLEGAL
    version = {"If-Match": f'"{cancelled["version"]}"'}
    assert refusal(await body.patch(path, json=nearer, headers=version)) == CONFLICT
    assert len((await _clashes(officer, mission))["other_visits"]) == 1
    await done(
        await officer.post(f"/v1/missions/{mission['id']}/cancellation", json={"reason": "Floods."})
    )
    assert (await _clashes(officer, mission))["other_visits"] == []
    listed = (await done(await body.get("/v1/other-visits", params={"body": "OCT"})))["items"]
    (theirs,) = [one for one in listed if one["reference"] == over["reference"]]
    assert [one["mission_id"] for one in theirs["clashes"]] == [last["id"]]


async def test_what_is_entered_at_the_same_moment_is_flagged_once(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    wanted = [await mission_body(actors, await given_consent(actors, "SLB")) for _ in range(2)]
    day = await actors.today()
    others = [_visit("SLB", day, 2, body=f"Body {n}") for n in range(10)]
    once = others[0]
    body = actors.of("service")
    made, entered = await asyncio.gather(
        asyncio.gather(*(officer.post("/v1/missions", json=one) for one in wanted)),
        asyncio.gather(*(body.post("/v1/other-visits", json=one) for one in [*others, once, once])),
    )
    assert [answer.status_code for answer in made] == [201, 201]
    assert sorted(answer.status_code for answer in entered) == [200] * 2 + [201] * 10
    assert len({answer.json()["id"] for answer in entered}) == 10
    for mission in (answer.json() for answer in made):
        path = f"/v1/missions/{mission['id']}"
        await done(await officer.post(f"{path}/cancellation", json={"reason": "Floods."}))
        told = await _told_of(stack, mission)
        assert told.pop(visits.VisitClashFlagged.type) == sorted(one["body"] for one in others)
        assert told.keys() == {visits.VisitScheduled.type, visits.VisitCancelled.type}


async def _told_of(stack: Stack, mission: Body) -> dict[str, list[str]]:
    """What was told of a visit until its cancellation, by the kind of event: the bodies named."""
    about = {"mission_id": mission["id"]}
    await read_event(stack, visits.VisitCancelled, **about)  # one State's events are in order
    told: dict[str, list[str]] = {}
    for event in await EventLog(stack.bootstrap_servers).read("ctc.visits"):
        if about.items() <= event["data"].items():
            told.setdefault(event["type"], []).append(event["data"].get("body", ""))
    return {kind: sorted(bodies) for kind, bodies in told.items()}


async def test_a_visit_is_entered_once_and_changed_by_who_entered_it(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    body = actors.of("un_entity")
    wanted = _visit("MUS", date(2031, 5, 5), 4, contact="Office of the Ombudsperson")
    answer = await body.post("/v1/other-visits", json=wanted)
    path = answer.headers["location"]
    visit = await done(answer)
    again = await body.post("/v1/other-visits", json=wanted)
    assert (again.status_code, again.json()) == (200, visit)
    otherwise = await body.post("/v1/other-visits", json=wanted | {"purpose": "Another."})
    assert refusal(otherwise) == CONFLICT
    assert visit["id"] in otherwise.json()["detail"]
    reversed_days = wanted | {"reference": "new", "ends_on": "2031-05-04"}
    assert fields_of(await body.post("/v1/other-visits", json=reversed_days)) == ["body.ends_on"]
    unheard_of = wanted | {"reference": "old", "starts_on": "0001-01-01"}
    assert fields_of(await body.post("/v1/other-visits", json=unheard_of)) == ["body.starts_on"]
    first = {"If-Match": '"1"'}
    early = {"ends_on": "2031-05-04"}
    assert fields_of(await body.patch(path, json=early, headers=first)) == ["body.ends_on"]
    change = {"purpose": "Interviews."}
    async with client_of(stack, "visits", "un_entity", subject="another") as another:
        assert refusal(await another.post("/v1/other-visits", json=wanted)) == (403, "forbidden")
        assert refusal(await another.patch(path, json=change, headers=first)) == (403, "forbidden")
    await done(await officer.patch(path, json=change, headers=first))
    assert (await body.patch(path, json=change)).status_code == 428
    state, other = actors.state("MUS"), actors.state("SYC")
    assert (await done(await state.get(path)))["purpose"] == "Interviews."
    assert refusal(await other.get(path)) == NOT_FOUND
    query = {"member_state": "MUS", "ends_from": "2031-05-08", "starts_until": "2031-05-05"}
    for reader, found in ((state, 1), (other, 0), (actors.of("committee_member"), 1)):
        listed = await done(await reader.get("/v1/other-visits", params=query))
        assert len(listed["items"]) == found
    csv = await body.get("/v1/other-visits/export", params=query | {"format": "csv"})
    assert len(csv.text.splitlines()) == 2


async def test_what_a_state_keeps_confidential_is_flagged_without_being_shown(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    mission = await scheduled_mission(actors, "SYC", confidential=True)
    body = actors.of("un_entity")
    seen = _visit("SYC", await actors.today(), 2)
    assert (await done(await body.post("/v1/other-visits", json=seen)))["clashes"] == []
    told = await read_event(stack, visits.VisitClashFlagged, mission_id=mission["id"])
    assert told["data"]["confidential"] is True
    hidden = _visit("SYC", await actors.today(), 2, confidential=True)
    entered = await done(await body.post("/v1/other-visits", json=hidden))
    path = f"/v1/other-visits/{entered['id']}"
    assert await done(await body.get(path)) == entered  # it entered it itself
    assert refusal(await actors.of("oct").get(path)) == NOT_FOUND
    listed = await done(await actors.of("oct").get("/v1/other-visits?member_state=SYC"))
    assert [one["confidential"] for one in listed["items"]] == [False]
    for reader in (officer, actors.state("SYC")):
        (met,) = (await done(await reader.get(path)))["clashes"]
        assert met["mission_id"] == mission["id"]


async def test_what_a_team_cannot_do_is_flagged_and_refuses_nothing(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    today = await actors.today()
    busy = await entered_officer(actors, name="Busy", expertise=["border-control"])
    away = await entered_officer(
        actors,
        name="Away",
        organisation="WCO",
        expertise=["countering-financing"],
        off_duty=[{"starts_on": str(today + timedelta(days=4)), "ends_on": "2999-01-01"}],
    )
    body = await mission_body(actors, await given_consent(actors, "WSM"))
    body |= {
        "themes": ["countering-financing", "law-enforcement", "border-control"],
        "team": [
            {"officer_id": busy["id"], "role": "lead"},
            {"officer_id": away["id"], "role": "observer"},
        ],
    }
    mission = await done(await officer.post("/v1/missions", json=body))
    assert mission["uncovered_themes"] == ["countering-financing", "law-enforcement"]
    elsewhere = await mission_body(actors, await given_consent(actors, "CPV"))
    elsewhere["team"] = [{"officer_id": busy["id"], "role": "lead"}]
    second = await done(await officer.post("/v1/missions", json=elsewhere))
    assert second["clashes"]["team"] == 1

    async def reasons() -> list[tuple[str, str, str | None]]:
        found = (await _clashes(officer, mission))["team"]
        return [(one["name"], one["reason"], one["mission_id"]) for one in found]

    double = ("Busy", "another_visit", second["id"])
    assert await reasons() == [
        double,
        ("Away", "off_duty", None),
        ("Away", "organisation_absent", None),
    ]
    path = f"/v1/missions/{mission['id']}"
    partners = {"organisations": [{"organisation": "WCO"}]}
    await done(await officer.patch(path, json=partners, headers={"If-Match": '"1"'}))
    assert await reasons() == [double, ("Away", "off_duty", None)]
    change = {"active": False, "off_duty": [], "nationalities": ["NOR", "WSM"]}
    record = f"/v1/officers/{away['id']}"
    await done(await officer.patch(record, json=change, headers={"If-Match": '"1"'}))
    assert await reasons() == [
        double,
        ("Away", "inactive", None),
        ("Away", "conflict_of_interest", None),
    ]
    reason = {"reason": "Elections."}
    await done(await officer.post(f"/v1/missions/{second['id']}/cancellation", json=reason))
    assert double not in await reasons()
    query = {"officer_id": busy["id"], "organisation": "WCO", "theme": "law-enforcement"}
    listed = await done(await officer.get("/v1/missions", params=query))
    assert [one["id"] for one in listed["items"]] == [mission["id"]]
    assert listed["items"][0]["clashes"] == {"other_visits": 0, "team": 2}
    told = await done(await actors.of("committee_member").get(f"{path}/clashes"))
    assert told["team"] is None, "why an officer cannot go is for CTED alone"
    seen = await done(await actors.state("WSM").get(path))
    assert [one["name"] for one in seen["team"]] == ["Busy", "Away"]
    assert (seen["clashes"], seen["uncovered_themes"]) == (None, None)
