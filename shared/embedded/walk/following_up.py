"""Step 5: twelve months later, the steps that the State took (¶9)."""

from datetime import timedelta
from typing import Any

from shared.embedded.walk.assessing import SILENT, Assessed
from shared.embedded.walk.visiting import Visited
from shared.embedded.walk.world import World

_PROGRESS = ("partly_implemented", "in_progress", "implemented")


async def a_year_later(world: World, visited: Visited, assessed: Assessed) -> None:
    """The follow-up falls due; the State reports; CTED verifies; the Committee considers."""
    world.narrator.chapter("Follow-up (¶9): within 12 months of the report")
    await world.advance_to(visited.follow_up_due_on - timedelta(days=20))
    await world.expect(
        "notifications.deadline-approaching",
        duty="follow-up",
        member_state=visited.member_state,
        due_on=visited.follow_up_due_on.isoformat(),
    )
    await world.expect("notifications.deadline-missed", duty="survey-response", member_state=SILENT)
    world.narrator.tell(
        f"The clock moves to 20 days before: deadline-approaching; {SILENT} has missed its survey's"
    )
    await world.advance_to(visited.follow_up_due_on)
    due = await world.expect("visits.follow-up-due", report_id=visited.report_id)
    follow_up_id = due["data"]["follow_up_id"]
    world.narrator.tell(
        f"{visited.follow_up_due_on}, twelve months after the report: follow-up-due"
    )
    record = f"/v1/follow-ups/{follow_up_id}"
    focal_point = world.api("visits", "member_state", member_state=visited.member_state)
    recommendations = assessed.recommendations[visited.member_state]
    steps = [
        {
            "recommendation_id": recommendation["id"],
            "progress": progress,
            "description": "Illustrative step taken by the State.",
            "technical_assistance_needed": progress == "in_progress",
        }
        for recommendation, progress in zip(recommendations, _PROGRESS, strict=True)
    ]
    await focal_point.change("PUT", record, {"steps": steps}, "/steps")
    await focal_point.post(f"{record}/report")
    await world.expect("visits.follow-up-reported", follow_up_id=follow_up_id)
    world.narrator.tell(f"{visited.member_state} reports the steps taken on {len(steps)} points")
    officer = world.api("assessment", "cted_officer")
    first = recommendations[0]["id"]
    last = recommendations[-1]["id"]
    await officer.until(
        "The reported step shows in assessment",
        f"/v1/recommendations/{first}",
        lambda body: body["status"] == "partly_implemented",
    )
    await officer.until(
        "A reported implementation asks for CTED's review",
        f"/v1/recommendations/{last}",
        lambda body: body["review_requested_on"] is not None,
    )
    await _verify(world, record, recommendations)
    await officer.until(
        "What was verified as implemented has ended",
        f"/v1/recommendations/{last}",
        lambda body: body["status"] == "implemented" and body["review_requested_on"] is None,
    )
    world.narrator.tell("CTED verified each step: assessment ended what is implemented")
    await _consider(world, record, recommendations)
    world.facts["Follow-up"] = f"{visited.member_state}: due, reported, verified, considered"


async def _verify(world: World, record: str, recommendations: list[dict[str, Any]]) -> None:
    """The officer finds of each step what the State reported."""
    officer = world.api("visits", "cted_officer")
    for recommendation, progress in zip(recommendations, _PROGRESS, strict=True):
        await officer.post(
            f"{record}/steps/{recommendation['id']}/verification",
            {"progress": progress, "comment": "Seen on the ground (illustrative)."},
        )
    follow_up_id = record.rpartition("/")[2]
    await world.expect("visits.follow-up-verified", follow_up_id=follow_up_id)


async def _consider(world: World, record: str, recommendations: list[dict[str, Any]]) -> None:
    """CTED recommends further activities; the Committee agrees to them."""
    under_way = recommendations[_PROGRESS.index("in_progress")]["id"]
    await world.api("visits", "cted_officer").post(
        f"{record}/further-activities",
        {
            "activities": [
                {"activity": "visit", "reason": "Two recommendations are still under way."},
                {
                    "activity": "technical_assistance",
                    "reason": "The State asks for help with one.",
                    "recommendations": [under_way],
                },
            ]
        },
    )
    await world.api("visits", "committee_chair").post(
        f"{record}/consideration",
        {"agreed": ["visit", "technical_assistance"], "reason": "As CTED recommends."},
    )
    follow_up_id = record.rpartition("/")[2]
    for event in ("considered", "visit-recommended", "assistance-recommended"):
        await world.expect(f"visits.follow-up-{event}", follow_up_id=follow_up_id)
    await world.api("assistance", "cted_officer").until(
        "What is to be assisted has a need",
        "/v1/needs",
        lambda page: bool(page["items"]),
        recommendation_id=under_way,
    )
    world.narrator.tell(
        "The Committee agrees to a focused return visit, which counts in the next ranking (¶7), "
        "and to technical assistance with what is under way"
    )
