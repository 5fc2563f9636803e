"""From the annual list to the follow-up's consideration, with every event that tells of it."""

from datetime import date, timedelta
from uuid import uuid4

from dateutil.relativedelta import relativedelta

from services.assessment import events as assessment
from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors, done, follow_up_of, submitted_report
from tests.service.visits.following_up import sent, verify
from tests.support.events import publish, read_event, read_events
from tests.support.waiting import eventually


async def test_the_cycle_of_a_visit(stack: Stack, actors: Actors) -> None:
    recommendation_id = uuid4()
    today = await actors.today()
    await publish(
        stack,
        assessment.RecommendationIssued(
            member_state="KEN",
            recommendation_id=recommendation_id,
            gap_id=uuid4(),
            theme="border-control",
            resolution=2396,
            text="Screen travellers against watch lists.",
            priority="high",
            technical_assistance_needed=True,
            issued_on=today,
            target_on=today + timedelta(days=200),
        ),
    )
    report = await submitted_report(actors, "KEN")
    submitted_on = date.fromisoformat(report["submitted_on"])
    due_on = submitted_on + relativedelta(years=1)
    assert report["follow_up_due_on"] == str(due_on)

    follow_up = await follow_up_of(actors, "KEN")
    assert (follow_up["status"], follow_up["due_on"]) == ("open", str(due_on))
    path = f"/v1/follow-ups/{follow_up['id']}"
    await actors.advance_to(due_on - timedelta(days=1))
    assert (await follow_up_of(actors, "KEN"))["status"] == "open"
    await actors.advance_to(due_on)
    due = await eventually(actors.of("cted_officer"), path, lambda body: body["status"] == "due")
    (asked,) = due["recommendations"]
    assert asked["recommendation_id"] == str(recommendation_id)
    assert (asked["status"], asked["closed"]) == ("issued", False)

    kenya = actors.state("KEN")
    step = {
        "recommendation_id": str(recommendation_id),
        "progress": "in_progress",
        "description": "A law is before parliament.",
        "technical_assistance_needed": True,
        "evidence": [{"title": "Bill 12", "url": None, "symbol": "KEN/2098/12"}],
    }
    saved = await done(
        await kenya.put(
            f"{path}/steps", json={"steps": [step]}, headers={"If-Match": f'"{due["version"]}"'}
        )
    )
    assert sent(saved) == [step]
    reported = await done(await kenya.post(f"{path}/report"))
    assert (reported["status"], reported["reported_on"]) == ("reported", str(due_on))
    verified = await done(await verify(actors, reported, recommendation_id, "in_progress"))
    assert (verified["status"], verified["verified_on"]) == ("verified", str(due_on))
    activities = [{"activity": "visit", "reason": "Still under way."}]
    officer, chair = actors.of("cted_officer"), actors.of("committee_chair")
    wanted = {"activities": activities}
    await done(await officer.post(f"{path}/further-activities", json=wanted))
    concluded = {"agreed": ["visit"], "reason": "To see how far it is."}
    considered = await done(await chair.post(f"{path}/consideration", json=concluded))
    assert (considered["status"], considered["agreed"]) == ("considered", ["visit"])

    kinds = [
        "consent-requested", "consent-given", "visit-scheduled", "visit-completed",
        "report-drafted", *["report-stage-entered"] * 3, "fact-check-requested",
        "fact-check-ended", *["report-stage-entered"] * 2, "report-considered",
        "report-submitted", "follow-up-due", "follow-up-reported", "follow-up-verified",
        "follow-up-considered", "follow-up-visit-recommended",
    ]  # fmt: skip
    told = await read_events(
        stack, "ctc.visits", lambda event: event["subject"] == "KEN", len(kinds)
    )
    assert [event["type"] for event in told] == [f"org.un.ctc.visits.{kind}.v1" for kind in kinds]
    by_kind = {event["type"].split(".")[4]: event["data"] for event in told}
    assert by_kind["report-submitted"]["follow_up_due_on"] == str(due_on)
    assert by_kind["follow-up-due"]["due_on"] == str(due_on)
    assert by_kind["follow-up-reported"]["steps"] == [
        {
            "recommendation_id": str(recommendation_id),
            "theme": "border-control",
            "progress": "in_progress",
            "technical_assistance_needed": True,
        }
    ]
    adopted = await read_event(stack, visits.VisitListAdopted, member_states=["KEN"])
    assert adopted["subject"] == "programme"

    standing = (await actors.of("cted_officer").get("/v1/ranking/KEN")).json()
    factors = {factor["factor"]: factor for factor in standing["factors"]}
    assert factors["return_visit"]["value"] == 1
    assert "It consented" in factors["consent"]["because"]
    assert 0 < factors["time_since_visit"]["value"] < 1
