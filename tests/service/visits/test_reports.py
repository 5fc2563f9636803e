"""Reports: drafted, reviewed and submitted; read by each as far as the State allows."""

import asyncio
from datetime import date
from uuid import uuid4

import httpx
import pytest

from services.visits import events as visits
from services.visits.follow_up.rules import follow_up_due_on
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    Body,
    completed_mission,
    done,
    drafted_report,
    fields_of,
    refusal,
    report_body,
    scheduled_mission,
    submitted_report,
)
from tests.support.events import read_event, read_events

APPROVED = {"outcome": "approved"}
RETURNED = {"outcome": "returned", "comment": "Add the way ahead."}
NOT_FOUND = (404, "not-found")


async def test_a_report_follows_a_completed_visit_and_only_once(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    scheduled = await scheduled_mission(actors, "HRV")
    assert refusal(await officer.post("/v1/reports", json=report_body(scheduled))) == CONFLICT
    mission = await completed_mission(actors, "CZE")
    body = report_body(mission)
    answers = await asyncio.gather(*(officer.post("/v1/reports", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (report,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert (report["status"], report["member_state"]) == ("drafted", "CZE")
    told = await read_event(stack, visits.ReportDrafted, mission_id=mission["id"])
    assert told["data"]["report_id"] == report["id"]
    unknown = body | {"mission_id": str(uuid4())}
    assert fields_of(await officer.post("/v1/reports", json=unknown)) == ["body.mission_id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "body.title"),
        ({"sections": []}, "body.sections"),
        ({"sections": [{"heading": "Findings"}]}, "body.sections.0.text"),
        ({"status": "submitted"}, "body.status"),
    ],
)
async def test_bad_input_is_named(officer: httpx.AsyncClient, fields: Body, field: str) -> None:
    body = report_body({"id": str(uuid4()), "member_state": "CZE"}) | fields
    assert fields_of(await officer.post("/v1/reports", json=body)) == [field]


async def test_a_report_is_reviewed_returned_changed_approved_and_submitted_once(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "GRC")
    path = f"/v1/reports/{report['id']}"
    lead = actors.of("cted_lead")
    assert refusal(await officer.post(f"{path}/submission")) == ILLEGAL
    bare = {"outcome": "returned", "comment": " "}
    assert fields_of(await lead.post(f"{path}/review", json=bare)) == ["body.comment"]
    stale = {"If-Match": '"9"'}
    assert refusal(await lead.post(f"{path}/review", json=RETURNED, headers=stale)) == STALE
    returned = await done(await lead.post(f"{path}/review", json=RETURNED))
    assert returned["status"] == "returned"
    assert refusal(await lead.post(f"{path}/review", json=APPROVED)) == ILLEGAL
    assert refusal(await officer.post(f"{path}/submission")) == ILLEGAL

    version = {"If-Match": f'"{returned["version"]}"'}
    sections = [*report["sections"], {"heading": "Way ahead", "text": "Steps."}]
    change = {"sections": sections}
    revised = await done(await officer.patch(path, json=change, headers=version))
    assert (revised["status"], revised["title"]) == ("drafted", report["title"])
    assert [section["heading"] for section in revised["sections"]] == [
        "Findings", "Sources", "Way ahead",
    ]  # fmt: skip
    assert refusal(await officer.patch(path, json=change, headers=version)) == STALE

    approved = await done(await lead.post(f"{path}/review", json=APPROVED))
    version = {"If-Match": f'"{approved["version"]}"'}
    assert refusal(await officer.patch(path, json=change, headers=version)) == ILLEGAL
    assert refusal(await lead.post(f"{path}/review", json=RETURNED)) == ILLEGAL
    answers = await asyncio.gather(*(officer.post(f"{path}/submission") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    submitted = await done(await officer.get(path))
    assert submitted["submitted_on"] == str(await actors.today())
    due_on = follow_up_due_on(date.fromisoformat(submitted["submitted_on"]))
    assert submitted["follow_up_due_on"] == str(due_on)
    assert refusal(await lead.post(f"{path}/review", json=APPROVED)) == ILLEGAL

    kept = (await done(await officer.get(f"{path}/reviews")))["items"]
    assert [(review["outcome"], review["report_version"]) for review in kept] == [
        ("returned", report["version"]),
        ("approved", revised["version"]),
    ]
    assert {review["reviewed_by"] for review in kept} == {"cted_lead"}
    told = await read_events(
        stack, "ctc.visits", lambda event: event["data"].get("report_id") == report["id"], 2
    )
    assert [event["type"].split(".")[4] for event in told] == ["report-drafted", "report-submitted"]
    assert told[1]["data"]["follow_up_due_on"] == str(due_on)
    query = {"member_state": "GRC"}
    (follow_up,) = (await done(await officer.get("/v1/follow-ups", params=query)))["items"]
    assert (follow_up["report_id"], follow_up["due_on"]) == (report["id"], str(due_on))


async def test_a_draft_is_for_cted_and_the_state_alone(actors: Actors) -> None:
    report = await drafted_report(actors, "HUN")
    path = f"/v1/reports/{report['id']}"
    for reader in (actors.of("cted_lead"), actors.state("HUN")):
        assert await done(await reader.get(path)) == report
    query = {"member_state": "HUN"}
    others = ("committee_member", "oct", "partner", "un_entity", "service")
    for reader in (*map(actors.of, others), actors.state("ITA")):
        assert refusal(await reader.get(path)) == NOT_FOUND
        assert (await done(await reader.get("/v1/reports", params=query)))["items"] == []


async def test_a_confidential_section_is_left_out_for_those_it_is_not_for(actors: Actors) -> None:
    report = await submitted_report(actors, "LVA")
    path = f"/v1/reports/{report['id']}"
    assert [section["heading"] for section in report["sections"]] == ["Findings", "Sources"]
    for reader in (actors.of("committee_member"), actors.state("LVA")):
        assert await done(await reader.get(path)) == report
    for role in ("oct", "partner", "un_entity", "service"):
        answer = await actors.of(role).get(path)
        assert [section["heading"] for section in answer.json()["sections"]] == ["Findings"]
        assert "Sources" not in answer.text
        assert "For the State alone" not in answer.text
        listed = await actors.of(role).get("/v1/reports", params={"member_state": "LVA"})
        assert len(listed.json()["items"]) == 1
        assert "Sources" not in listed.text
    assert refusal(await actors.state("LTU").get(path)) == NOT_FOUND


async def test_a_confidential_visit_makes_a_confidential_report_and_follow_up(
    stack: Stack, actors: Actors
) -> None:
    report = await submitted_report(actors, "MDA", confidential=True)
    assert report["confidential"]
    path = f"/v1/reports/{report['id']}"
    for role in ("oct", "partner", "un_entity", "service"):
        assert refusal(await actors.of(role).get(path)) == NOT_FOUND
        listed = await actors.of(role).get("/v1/reports", params={"member_state": "MDA"})
        assert listed.json()["items"] == []
    told = await read_event(stack, visits.ReportSubmitted, report_id=report["id"])
    assert told["data"]["confidential"] is True
    query = {"member_state": "MDA"}
    listed = await actors.of("committee_member").get("/v1/follow-ups", params=query)
    (follow_up,) = listed.json()["items"]
    assert follow_up["confidential"] is True
