"""Matches: proposed, answered by their provider, lapsed, and never two at once."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from services.assistance.events import (
    DuplicationFlagged,
    MatchDeclined,
    MatchProposed,
    ProjectStarted,
)
from shared.embedded.stack import Stack
from tests.service.assistance import steps
from tests.support.events import publish, read_event, read_events
from tests.support.stacks import client_of


async def test_the_most_specific_offer_is_proposed_and_a_decline_goes_to_the_next(
    stack: Stack,
    officer: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    undp: httpx.AsyncClient,
    oct_office: httpx.AsyncClient,
) -> None:
    theme = "aviation"
    await steps.offered(oct_office, themes=[theme])
    await steps.offered(undp, themes=[theme], regions=["Americas"])
    await steps.offered(unodc, "PER", themes=[theme])
    need = await steps.needed(officer, "PER", theme=theme)
    for client, organisation in ((unodc, "UNODC"), (undp, "UNDP"), (oct_office, "OCT")):
        match = await steps.proposed_for(officer, need["id"])
        assert match["organisation"] == organisation
        declined = await client.post(
            f"/v1/matches/{match['id']}/decline", json={"reason": "No staff this year."}
        )
        assert (declined.status_code, declined.json()["status"]) == (200, "declined")
        told = await read_event(stack, MatchDeclined, match_id=match["id"])
        assert (told["data"]["outcome"], told["data"]["reason"]) == (
            "declined",
            "No staff this year.",
        )
    left = (await officer.get(f"/v1/needs/{need['id']}")).json()
    assert left["status"] == "open"
    assert "3 of an organisation that declined" in left["unmet_because"]


async def test_an_unanswered_match_lapses_after_its_day_and_the_next_is_proposed(
    stack: Stack,
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    undp: httpx.AsyncClient,
) -> None:
    await steps.offered(unodc, "CHL")
    await steps.offered(undp, regions=["Americas"], themes=["border-control"])
    need = await steps.needed(officer, "CHL")
    match = await steps.proposed_for(officer, need["id"])
    path = f"/v1/matches/{match['id']}"
    answered = await steps.needed(officer, "CHL", title="Another one")
    kept = await steps.proposed_for(officer, answered["id"])
    await steps.accepted(unodc, kept["id"], await steps.today(operator))
    await steps.pass_days(operator, 1)
    younger = await steps.needed(officer, "CHL", title="A day younger")
    last_day = await steps.proposed_for(officer, younger["id"])

    today = await steps.pass_days(operator, 30)
    lapsed = await steps.with_status(officer, path, "lapsed")
    assert lapsed["reason"] == "no answer by the due date"
    told = await read_event(stack, MatchDeclined, match_id=match["id"])
    assert (told["data"]["outcome"], told["data"]["reason"]) == ("lapsed", lapsed["reason"])
    assert (await steps.proposed_for(officer, need["id"]))["organisation"] == "UNDP"
    assert (await officer.get(f"/v1/matches/{kept['id']}")).json()["status"] == "accepted"
    assert last_day["answer_due_on"] == today.isoformat()
    assert (await steps.accepted(unodc, last_day["id"], today))["status"] == "accepted"
    failed = [
        line
        for line in (await operator.get("/metrics")).text.splitlines()
        if "match-lapse" in line and 'outcome="failed"' in line
    ]
    assert failed == []

    late = await unodc.post(f"{path}/acceptance", json=_dates(today, today + timedelta(days=9)))
    assert late.status_code == 409
    assert "lapsed" in late.json()["detail"]


async def test_acceptances_at_the_same_moment_start_one_project(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    await steps.offered(unodc, "BOL")
    need = await steps.needed(officer, "BOL")
    match = await steps.proposed_for(unodc, need["id"])
    today = await steps.today(operator)
    path, body = (
        f"/v1/matches/{match['id']}/acceptance",
        _dates(today, today + timedelta(days=9)),
    )
    answers = await asyncio.gather(
        *(client.post(path, json=body) for client in (unodc, officer) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    listed = (await officer.get("/v1/projects", params={"member_state": "BOL"})).json()["items"]
    assert len(listed) == 1
    declined = await unodc.post(f"/v1/matches/{match['id']}/decline", json={"reason": "Too late."})
    assert (declined.status_code, declined.json()["type"]) == (
        409,
        "urn:ctc:problem:illegal-transition",
    )
    # Nothing of the refused attempts was published: the next of this State comes right after.
    other = await steps.needed(officer, "BOL", theme="border-control")
    await steps.accepted(unodc, (await steps.proposed_for(unodc, other["id"]))["id"], today)
    started = await read_events(
        stack,
        "ctc.assistance",
        lambda event: event["type"] == ProjectStarted.type and event["subject"] == "BOL",
        2,
    )
    assert [event["data"]["need_id"] for event in started] == [need["id"], other["id"]]


async def test_the_same_key_accepts_once_and_answers_the_same_again(
    officer: httpx.AsyncClient, operator: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    await steps.offered(unodc, "ECU")
    match = await steps.proposed_for(unodc, (await steps.needed(officer, "ECU"))["id"])
    today = await steps.today(operator)
    path, body = (
        f"/v1/matches/{match['id']}/acceptance",
        _dates(today, today + timedelta(days=9)),
    )
    key = {"Idempotency-Key": str(uuid4())}
    first, second = [await unodc.post(path, json=body, headers=key) for _ in range(2)]
    assert (second.status_code, second.json()) == (200, first.json())
    assert (await unodc.post(path, json=body)).status_code == 409


async def test_only_the_provider_answers_and_cted_accepts_for_it(
    stack: Stack,
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    undp: httpx.AsyncClient,
    oct_office: httpx.AsyncClient,
) -> None:
    await steps.offered(unodc, "COL")
    match = await steps.proposed_for(unodc, (await steps.needed(officer, "COL"))["id"])
    path = f"/v1/matches/{match['id']}"
    today = await steps.today(operator)
    body, reason = _dates(today, today + timedelta(days=9)), {"reason": "Not ours."}
    for other in (undp, oct_office):
        assert (await other.post(f"{path}/acceptance", json=body)).status_code == 403
        assert (await other.post(f"{path}/decline", json=reason)).status_code == 403
    async with client_of(stack, "assistance", "member_state", member_state="COL") as colombia:
        assert (await colombia.get(path)).status_code == 200
        assert (await colombia.post(f"{path}/acceptance", json=body)).status_code == 403
    assert (await officer.post(f"{path}/decline", json=reason)).status_code == 403
    stale = await officer.post(f"{path}/acceptance", json=body, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    accepted = await officer.post(f"{path}/acceptance", json=body, headers={"If-Match": '"1"'})
    assert accepted.json()["status"] == "accepted"


async def test_what_a_state_keeps_confidential_is_put_to_providers_once_it_discloses_it(
    stack: Stack, officer: httpx.AsyncClient, unodc: httpx.AsyncClient
) -> None:
    await steps.offered(unodc, "URY")
    need = await steps.needed(officer, "URY", confidential=True)
    path = f"/v1/needs/{need['id']}"
    read = (await officer.get(path)).json()
    assert (read["status"], read["unmet_because"]) == (
        "open",
        "The State keeps it confidential (¶23); providers are asked once it is disclosed.",
    )
    assert (await unodc.get(path)).status_code == 404
    assert (await officer.post(f"{path}/disclosure")).status_code == 403, "the State's alone"
    async with client_of(stack, "assistance", "member_state", member_state="PRY") as other:
        assert (await other.post(f"{path}/disclosure")).status_code == 404
    async with client_of(stack, "assistance", "member_state", member_state="URY") as state:
        disclosed = await state.post(f"{path}/disclosure")
        assert (disclosed.status_code, disclosed.json()["confidential"]) == (200, False)
        assert (await state.post(f"{path}/disclosure")).status_code == 409
    match = await steps.proposed_for(unodc, need["id"])
    told = await read_event(stack, MatchProposed, match_id=match["id"])
    assert told["data"]["confidential"] is False


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"budget_usd": 0}, ["body.budget_usd"]),
        ({"starts_on": "2001-01-01"}, ["body.starts_on"]),
        ({"ends_on": "2001-01-01"}, ["body.ends_on"]),
        ({"ends_on": "9999-12-31"}, ["body.ends_on"]),
        ({"starts_on": "2001-01-02", "ends_on": "2001-01-01"}, ["body.starts_on", "body.ends_on"]),
        ({"reason": "?"}, ["body.reason"]),
    ],
)
async def test_bad_dates_and_budgets_are_named_and_leave_the_match_to_be_accepted(
    officer: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient,
    fields: dict[str, object],
    named: list[str],
) -> None:
    offer = await steps.offered(unodc, "ARG")
    match = await steps.proposed_for(unodc, (await steps.needed(officer, "ARG"))["id"])
    today = await steps.today(operator)
    body = _dates(today, today + timedelta(days=9)) | {"budget_usd": 250_000}
    path = f"/v1/matches/{match['id']}"
    answer = await unodc.post(f"{path}/acceptance", json=body | fields)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == named
    accepted = await unodc.post(f"{path}/acceptance", json=body)
    project = await officer.get(f"/v1/projects/{accepted.json()['project_id']}")
    assert project.json()["budget_usd"] == 250_000
    await unodc.post(f"/v1/offers/{offer['id']}/withdrawal")


async def test_a_running_project_for_the_same_state_and_theme_is_flagged_once_and_blocks_nothing(
    stack: Stack, officer: httpx.AsyncClient, operator: httpx.AsyncClient,
    unodc: httpx.AsyncClient, undp: httpx.AsyncClient,
) -> None:  # fmt: skip
    await steps.offered(unodc, "PRY")
    await steps.offered(undp, "PRY", parallel_projects=1)
    first = await steps.needed(officer, "PRY")
    today = await steps.today(operator)
    match = await steps.proposed_for(unodc, first["id"])
    running = (await steps.accepted(unodc, match["id"], today))["project_id"]
    second = await steps.needed(officer, "PRY")
    told = await read_event(stack, DuplicationFlagged, need_id=second["id"])
    assert told["data"]["project_id"] == running
    again = await steps.proposed_for(officer, second["id"])
    await unodc.post(f"/v1/matches/{again['id']}/decline", json={"reason": "Done already."})
    assert (await steps.proposed_for(officer, second["id"]))["organisation"] == "UNDP"

    params = {"member_state": "PRY"}
    (kept,) = (await officer.get("/v1/duplications", params=params)).json()["items"]
    assert (kept["need_id"], kept["project_id"]) == (second["id"], running)
    await steps.needed(officer, "PRY", theme="arms")
    assert len((await officer.get("/v1/duplications", params=params)).json()["items"]) == 1


async def test_concurrent_needs_and_offers_never_exceed_capacity_or_match_twice(
    stack: Stack, officer: httpx.AsyncClient, unodc: httpx.AsyncClient, undp: httpx.AsyncClient
) -> None:
    theme = "law-enforcement"
    recommended = [steps.recommendation("VEN", theme=theme) for _ in range(6)]
    states = ("VEN", "GUY", "SUR")
    await asyncio.gather(
        publish(stack, *recommended),
        *(steps.needed(officer, state, theme=theme) for state in states for _ in range(2)),
        *(
            steps.offered(client, *states, themes=[theme], parallel_projects=2)
            for client in (unodc, undp)
            for _ in range(2)
        ),
    )
    for event in recommended:
        await steps.needs_of(officer, event.recommendation_id, 1)
    listed = (await officer.get("/v1/needs", params={"theme": theme})).json()["items"]
    assert len(listed) == 12
    assert sum(need["status"] == "proposed" for need in listed) == 8
    matches = (
        await officer.get("/v1/matches", params={"status": "proposed", "limit": "200"})
    ).json()
    ours = [match for match in matches["items"] if match["theme"] == theme]
    assert len({match["need_id"] for match in ours}) == len(ours) == 8
    taken = [match["offer_id"] for match in ours]
    assert {taken.count(offer) for offer in taken} == {2}


def _dates(starts_on: object, ends_on: object) -> dict[str, object]:
    return {"starts_on": str(starts_on), "ends_on": str(ends_on)}
