"""Step 5: twelve months later, the steps that the State took (¶9)."""

from datetime import timedelta

from shared.embedded.walk.assessing import SILENT, Assessed
from shared.embedded.walk.visiting import Visited
from shared.embedded.walk.world import WalkFailedError, World

_PROGRESS = ("partly_implemented", "in_progress", "implemented")


async def a_year_later(world: World, visited: Visited, assessed: Assessed) -> None:
    """The follow-up falls due; the State reports its steps; CTED says what should follow."""
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
    confirmed = await officer.post(
        f"/v1/recommendations/{last}/status-changes",
        {"status": "implemented", "reason": "Verified by CTED (illustrative)."},
    )
    if confirmed["status"] != "implemented":
        raise WalkFailedError(f"The recommendation is {confirmed['status']}")
    world.narrator.tell("Assessment heard of it; CTED verified one and ended it as implemented")
    await world.api("visits", "cted_officer").post(
        f"{record}/further-activities",
        {"activity": "visit", "reason": "Two recommendations are still under way."},
    )
    await world.expect("visits.follow-up-visit-recommended", follow_up_id=follow_up_id)
    world.narrator.tell("A focused return visit is recommended: it counts in the next ranking (¶7)")
    world.facts["Follow-up"] = f"{visited.member_state}: due, reported, considered"
