"""The fact-check by the State, in its time; and which report the 12 months begin with (¶7, ¶9)."""

import asyncio
from datetime import date, timedelta

import httpx

from services.visits import events as visits
from services.visits.reports.rules import LEAST_DEVELOPED_FACT_CHECK_DAYS
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    STALE,
    Actors,
    Body,
    at,
    done,
    drafted_report,
    fields_of,
    given_consent,
    mission_body,
    refusal,
    submitted_report,
    to_clearance,
    to_fact_check,
)
from tests.support.events import read_event, read_events
from tests.support.waiting import eventually

DAY = timedelta(days=1)


async def drafted_after(actors: Actors, state: str, kind: str) -> Body:
    """A draft of the report of a visit of this kind."""
    officer = actors.of("cted_officer")
    body = await mission_body(actors, await given_consent(actors, state)) | {"kind": kind}
    mission = await done(await officer.post("/v1/missions", json=body))
    await actors.advance_to(date.fromisoformat(mission["ends_on"]))
    await done(await officer.post(f"/v1/missions/{mission['id']}/completion"))
    sections = [{"heading": "Findings", "text": "As before."}]
    body = {"mission_id": mission["id"], "title": kind, "sections": sections}
    return await done(await officer.post("/v1/reports", json=body))


async def test_a_fact_check_is_extended_lapses_and_the_report_goes_on(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    report = await drafted_report(actors, "ERI")
    path = f"/v1/reports/{report['id']}"
    extension = f"{path}/fact-check/extension"
    today = await actors.today()
    later = {"due_on": str(today + timedelta(days=40)), "reason": "Few officials speak English."}
    assert refusal(await officer.post(extension, json=later)) == CONFLICT
    checked = await to_fact_check(actors, report)
    due_on = today + timedelta(days=LEAST_DEVELOPED_FACT_CHECK_DAYS)
    assert checked["stages"][-1] == {
        "stage": "fact_check", "entered_on": str(today), "target_on": str(due_on), "left_on": None,
    }  # fmt: skip
    told = await read_event(stack, visits.FactCheckRequested, report_id=report["id"])
    assert told["data"]["fact_check_due_on"] == str(due_on)

    same = {"due_on": str(due_on), "reason": " "}
    assert fields_of(await officer.post(extension, json=same)) == ["body.reason"]
    same["reason"] = later["reason"]
    assert fields_of(await officer.post(extension, json=same)) == ["body.due_on"]
    assert refusal(await officer.post(extension, json=later, headers=at(report))) == STALE
    extended = await done(await officer.post(extension, json=later, headers=at(checked)))
    assert extended["status"] == "fact_check"
    assert extended["stages"][-1]["target_on"] == later["due_on"]
    (again,) = await read_events(
        stack,
        "ctc.visits",
        lambda event: (
            event["type"] == visits.FactCheckRequested.type
            and event["data"]["report_id"] == report["id"]
            and event["data"]["fact_check_due_on"] == later["due_on"]
        ),
        1,
    )
    assert again["subject"] == "ERI"

    await actors.advance_to(due_on + DAY)
    other = await drafted_report(actors, "CAF")
    soon = await to_fact_check(actors, other)
    await actors.advance_to(date.fromisoformat(later["due_on"]))
    assert (await done(await officer.get(path)))["status"] == "fact_check"
    state = actors.state("ERI")
    comment = {"text": "The number is old.", "section_key": "findings"}
    await done(await state.post(f"{path}/comments", json=comment))
    lapsed_on = date.fromisoformat(later["due_on"]) + DAY
    await actors.advance_to(lapsed_on)
    lapsed = await eventually(officer, path, lambda body: body["status"] == "finalisation")
    assert lapsed["stages"][-2]["left_on"] == str(lapsed_on)
    ended = await read_event(stack, visits.FactCheckEnded, report_id=report["id"])
    assert (ended["data"]["outcome"], ended["data"]["ended_on"]) == ("lapsed", str(lapsed_on))
    assert refusal(await state.post(f"{path}/fact-check/answer")) == CONFLICT
    assert refusal(await state.post(f"{path}/comments", json=comment)) == CONFLICT
    steps = (await done(await officer.get(f"{path}/steps")))["items"][-3:]
    assert [(s["previous"], s["status"], s["taken_by"]) for s in steps] == [
        ("review", "fact_check", "cted_lead"),
        ("fact_check", "fact_check", "cted_officer"),
        ("fact_check", "finalisation", None),
    ]
    assert steps[1]["reason"] == later["reason"]

    answer = actors.state("CAF").post(
        f"/v1/reports/{other['id']}/fact-check/answer", json={"comment": "All is right."}
    )
    answered = await done(await answer)
    assert answered["status"] == "finalisation"
    assert answered["stages"][-2]["left_on"] == str(lapsed_on) < soon["stages"][-1]["target_on"]
    ended = await read_event(stack, visits.FactCheckEnded, report_id=other["id"])
    assert ended["data"]["outcome"] == "answered"
    again_reviewed = await done(await officer.post(f"/v1/reports/{other['id']}/review-request"))
    assert again_reviewed["status"] == "review"


async def test_only_the_initial_report_begins_the_twelve_months(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    first = await submitted_report(actors, "MNE")
    await actors.advance_to(await actors.today() + timedelta(days=30))
    focused = await to_clearance(actors, await drafted_after(actors, "MNE", "focused"))
    path = f"/v1/reports/{focused['id']}/submission"
    submitted = await done(await officer.post(path))
    assert submitted["initial"] is False
    assert submitted["follow_up_due_on"] == first["follow_up_due_on"]
    told = (await read_event(stack, visits.ReportSubmitted, report_id=focused["id"]))["data"]
    assert (told["initial"], told["follow_up_due_on"]) == (False, first["follow_up_due_on"])
    assert told["submitted_on"] > first["submitted_on"]

    async def followed() -> list[str]:
        query = {"member_state": "MNE", "sort": "created_at"}
        listed = await done(await officer.get("/v1/follow-ups", params=query))
        return [follow_up["report_id"] for follow_up in listed["items"]]

    assert await followed() == [first["id"]]
    second = await submitted_report(actors, "MNE")
    assert second["initial"] is True
    assert second["follow_up_due_on"] > first["follow_up_due_on"]
    assert await followed() == [first["id"], second["id"]]


async def test_two_first_reports_at_once_are_one_initial_one(
    actors: Actors, officer: httpx.AsyncClient
) -> None:
    drafts = [await drafted_after(actors, "SVN", kind) for kind in ("focused", "targeted")]
    for draft in drafts:
        await to_clearance(actors, draft)
    answers = await asyncio.gather(
        *(officer.post(f"/v1/reports/{draft['id']}/submission") for draft in drafts)
    )
    submitted = [await done(answer) for answer in answers]
    assert sorted(report["initial"] for report in submitted) == [False, True]
    assert len({report["follow_up_due_on"] for report in submitted}) == 1
    listed = await officer.get("/v1/follow-ups", params={"member_state": "SVN"})
    assert len((await done(listed))["items"]) == 1
