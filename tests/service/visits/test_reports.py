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
    NOT_FOUND,
    STALE,
    Actors,
    Body,
    at,
    completed_mission,
    done,
    drafted_report,
    fields_of,
    given_consent,
    mission_body,
    refusal,
    report_body,
    scheduled_mission,
    submitted_report,
    to_clearance,
    to_fact_check,
)
from tests.support.events import read_event, read_events

APPROVED = {"outcome": "approved"}
CLEARED = {"outcome": "cleared"}
RETURNED = {"outcome": "returned", "comment": "Add the way ahead."}


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
    assert (report["status"], report["member_state"]) == ("drafting", "CZE")
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


async def test_a_report_is_returned_changed_approved_considered_and_submitted_once(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "GRC")
    path = f"/v1/reports/{report['id']}"
    lead, chair, state = actors.of("cted_lead"), actors.of("committee_chair"), actors.state("GRC")
    for early in ("review", "submission", "presentation"):
        by = lead if early == "review" else officer
        assert refusal(await by.post(f"{path}/{early}", json=APPROVED)) == ILLEGAL
    asked = await done(await officer.post(f"{path}/review-request", headers=at(report)))
    assert refusal(await officer.post(f"{path}/review-request")) == ILLEGAL
    change = {"title": "Another title"}
    assert refusal(await officer.patch(path, json=change, headers=at(asked))) == CONFLICT
    bare = {"outcome": "returned", "comment": " "}
    assert fields_of(await lead.post(f"{path}/review", json=bare)) == ["body.comment"]
    assert refusal(await lead.post(f"{path}/review", json=RETURNED, headers=at(report))) == STALE
    returned = await done(await lead.post(f"{path}/review", json=RETURNED, headers=at(asked)))
    assert returned["status"] == "drafting"
    assert refusal(await lead.post(f"{path}/review", json=APPROVED)) == ILLEGAL

    revised = await done(await officer.patch(path, json=change, headers=at(returned)))
    assert (revised["title"], revised["sections"]) == ("Another title", report["sections"])
    assert refusal(await officer.patch(path, json=change, headers=at(returned))) == STALE
    checked = await to_fact_check(actors, report)
    assert refusal(await lead.post(f"{path}/review", json=RETURNED)) == ILLEGAL
    await done(await state.post(f"{path}/fact-check/answer", headers=at(checked)))
    await done(await officer.post(f"{path}/presentation"))
    assert fields_of(await chair.post(f"{path}/consideration", json=bare)) == ["body.comment"]
    await done(await chair.post(f"{path}/consideration", json=RETURNED))
    assert refusal(await chair.post(f"{path}/consideration", json=CLEARED)) == ILLEGAL
    await done(await officer.post(f"{path}/presentation"))
    cleared = await done(await chair.post(f"{path}/consideration", json=CLEARED))
    assert refusal(await officer.patch(path, json=change, headers=at(cleared))) == CONFLICT

    stale = await officer.post(f"{path}/submission", headers=at(checked))
    assert refusal(stale) == STALE
    answers = await asyncio.gather(*(officer.post(f"{path}/submission") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert refusal(await officer.post(f"{path}/submission")) == ILLEGAL
    submitted = await done(await officer.get(path))
    assert submitted["submitted_on"] == str(await actors.today())
    due_on = follow_up_due_on(date.fromisoformat(submitted["submitted_on"]))
    assert (submitted["initial"], submitted["follow_up_due_on"]) == (True, str(due_on))

    steps = (await done(await officer.get(f"{path}/steps")))["items"]
    assert [step["status"] for step in steps] == [
        "drafting", "review", "drafting", "review", "fact_check", "finalisation",
        "consideration", "finalisation", "consideration", "cleared", "submitted",
    ]  # fmt: skip
    assert [step["previous"] for step in steps] == [None, *(s["status"] for s in steps[:-1])]
    by_reason = {step["reason"]: step for step in steps if step["reason"]}
    assert set(by_reason) == {RETURNED["comment"]}
    assert {step["taken_by"] for step in steps} == {
        "cted_officer", "cted_lead", "member_state-GRC", "committee_chair",
    }  # fmt: skip
    stays = submitted["stages"]
    assert [stay["stage"] for stay in stays] == [s["status"] for s in steps[:-2]]
    assert all(stay["left_on"] == submitted["submitted_on"] for stay in stays)

    told = await read_events(
        stack, "ctc.visits", lambda event: event["data"].get("report_id") == report["id"], 15
    )
    kinds = [event["type"].split(".")[4] for event in told]
    assert [kind for kind in kinds if kind != "report-stage-entered"] == [
        "report-drafted", "fact-check-requested", "fact-check-ended",
        "report-considered", "report-considered", "report-submitted",
    ]  # fmt: skip
    entered = [e["data"] for e in told if e["type"].endswith(".report-stage-entered.v1")]
    assert [data["stage"] for data in entered] == [stay["stage"] for stay in stays]
    assert [data["target_on"] for data in entered] == [stay["target_on"] for stay in stays]
    outcomes = [e["data"]["outcome"] for e in told if e["type"].endswith("-considered.v1")]
    assert outcomes == ["returned", "cleared"]
    data = told[-1]["data"]
    assert (data["follow_up_due_on"], data["initial"]) == (str(due_on), True)
    query = {"member_state": "GRC"}
    (follow_up,) = (await done(await officer.get("/v1/follow-ups", params=query)))["items"]
    assert (follow_up["report_id"], follow_up["due_on"]) == (report["id"], str(due_on))


async def test_each_sees_a_report_from_when_it_is_for_them(actors: Actors) -> None:
    report = await drafted_report(actors, "HUN")
    path = f"/v1/reports/{report['id']}"
    query = {"member_state": "HUN"}
    others = tuple(map(actors.of, ("oct", "partner", "un_entity", "service")))
    member, state, lead = (
        actors.of("committee_member"),
        actors.state("HUN"),
        actors.of("cted_lead"),
    )

    async def seen_by(*readers: httpx.AsyncClient) -> None:
        everyone = (lead, state, member, *others, actors.state("ITA"))
        now = await done(await lead.get(path))
        for reader in everyone:
            listed = (await done(await reader.get("/v1/reports", params=query)))["items"]
            sent = {**query, "format": "json"}
            exported = await reader.get("/v1/reports/export", params=sent)
            assert exported.status_code == 200
            assert exported.json() == listed
            if reader in readers:
                assert await done(await reader.get(path)) == now
                assert [item["id"] for item in listed] == [report["id"]]
            else:
                assert listed == []
                parts = ("", "/sections/findings", "/comments", "/versions", "/versions/1")
                answers = [refusal(await reader.get(f"{path}{part}")) for part in parts]
                assert answers[0] == answers[1] == NOT_FOUND
                assert set(answers) <= {NOT_FOUND, (403, "forbidden")}

    await seen_by(lead)
    asked = await state.post(f"{path}/fact-check/answer")
    assert refusal(asked) == NOT_FOUND
    await to_fact_check(actors, report)
    await seen_by(lead, state)
    await done(await state.post(f"{path}/fact-check/answer"))
    await done(await actors.of("cted_officer").post(f"{path}/presentation"))
    await seen_by(lead, state, member)
    cleared = await actors.of("committee_chair").post(f"{path}/consideration", json=CLEARED)
    await done(cleared)
    await seen_by(lead, state, member)
    await done(await actors.of("cted_officer").post(f"{path}/submission"))
    for reader in others:
        assert (await done(await reader.get(path)))["status"] == "submitted"
    assert refusal(await actors.state("ITA").get(path)) == NOT_FOUND


async def test_a_confidential_section_is_left_out_for_those_it_is_not_for(actors: Actors) -> None:
    report = await submitted_report(actors, "LVA")
    path = f"/v1/reports/{report['id']}"
    assert [section["heading"] for section in report["sections"]] == ["Findings", "Sources"]
    for reader in (actors.of("committee_member"), actors.state("LVA")):
        assert await done(await reader.get(path)) == report
    for role in ("oct", "partner", "un_entity", "service"):
        answer = await actors.of(role).get(path)
        (shown,) = answer.json()["sections"]
        assert (shown["heading"], shown["version"], shown["updated_at"]) == ("Findings", None, None)
        assert answer.json()["text_version"] is answer.json()["stages"] is None
        listed = await actors.of(role).get("/v1/reports", params={"member_state": "LVA"})
        assert len(listed.json()["items"]) == 1
        section = await actors.of(role).get(f"{path}/sections/findings")
        assert "etag" not in section.headers
        hidden = await actors.of(role).get(f"{path}/sections/sources")
        unknown = await actors.of(role).get(f"{path}/sections/no-such")
        assert refusal(hidden) == refusal(unknown) == NOT_FOUND
        for told in (answer, listed, section):
            assert "ources" not in told.text
            assert "For the State alone" not in told.text
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


async def test_what_follows_a_confidential_visit_does_not_tell_others_of_it(
    stack: Stack, actors: Actors
) -> None:
    officer, others = actors.of("cted_officer"), actors.of("oct")
    before = await submitted_report(actors, "ARM", confidential=True)
    body = await mission_body(actors, await given_consent(actors, "ARM"))
    body |= {"kind": "focused", "follows_mission_id": before["mission_id"]}
    mission = await done(await officer.post("/v1/missions", json=body))
    path = f"/v1/missions/{mission['id']}"
    assert (await done(await others.get(path)))["follows_mission_id"] is None
    own = await done(await actors.state("ARM").get(path))
    assert own["follows_mission_id"] == before["mission_id"]
    await actors.advance_to(date.fromisoformat(mission["ends_on"]))
    await done(await officer.post(f"{path}/completion"))
    report = await done(await officer.post("/v1/reports", json=report_body(mission)))
    await to_clearance(actors, report)
    path = f"/v1/reports/{report['id']}"
    after = await done(await officer.post(f"{path}/submission"))
    assert (after["initial"], after["follow_up_due_on"]) == (False, before["follow_up_due_on"])
    (listed,) = (await done(await others.get("/v1/reports?member_state=ARM")))["items"]
    for read in (listed, await done(await others.get(path))):
        assert (read["id"], read["initial"], read["follow_up_due_on"]) == (report["id"], None, None)
    told = await read_event(stack, visits.ReportSubmitted, report_id=report["id"])
    assert told["data"]["confidential"] is True
