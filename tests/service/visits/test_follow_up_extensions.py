"""More time to report, and the due date that it moves (¶9)."""

from datetime import date, timedelta

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    Actors,
    Body,
    done,
    fields_of,
    follow_up_of,
    refusal,
)
from tests.service.visits.following_up import issued, opened, overdue, save, step
from tests.support.events import read_event, read_events


def later(day: str, days: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days=days))


async def falls_due(actors: Actors, stack: Stack, follow_up: Body, count: int) -> list[str]:
    """The due dates that were announced, once there are so many."""
    told = await read_events(
        stack,
        "ctc.visits",
        lambda event: (
            event["type"] == visits.FollowUpDue.type
            and event["data"]["follow_up_id"] == follow_up["id"]
        ),
        count,
    )
    return [str(event["data"]["due_on"]) for event in told]


async def test_an_extended_follow_up_falls_due_once_on_each_date(
    stack: Stack, actors: Actors
) -> None:
    follow_up, marker = [await opened(stack, actors, state) for state in ("POL", "PRT")]
    path = f"/v1/follow-ups/{follow_up['id']}/extensions"
    state, lead = actors.state("POL"), actors.of("cted_lead")
    first = follow_up["due_on"]
    for until in (first, later(first, 200)):
        refused = await state.post(path, json={"until": until, "reason": "Elections."})
        assert fields_of(refused) == ["body.until"]
    wanted = {"until": later(first, 30), "reason": "Elections."}
    created = await state.post(path, json=wanted)
    assert (created.status_code, created.json()["status"]) == (201, "requested")
    request = created.headers["location"]
    assert (await state.get(request)).json() == created.json()
    assert (await actors.state("GRD").get(request)).status_code == 404
    assert refusal(await actors.of("cted_officer").post(path, json=wanted)) == CONFLICT
    assert refusal(await actors.state("GRD").post(path, json=wanted)) == (404, "not-found")
    refuse = {"outcome": "refused", "reason": "There is time yet."}
    assert (await done(await lead.post(f"{request}/decision", json=refuse)))["status"] == "refused"
    assert refusal(await lead.post(f"{request}/decision", json=refuse)) == ILLEGAL

    await overdue(actors, follow_up, 0)
    again = (await done(await state.post(path, json=wanted)))["id"]
    grant = {"outcome": "granted", "reason": "A new parliament sits in a month."}
    granted = await done(await lead.post(f"{path}/{again}/decision", json=grant))
    assert (granted["due_on"], granted["until"]) == (first, wanted["until"])
    moved = await follow_up_of(actors, "POL")
    assert (moved["status"], moved["due_on"], moved["first_due_on"]) == (
        "open", wanted["until"], first,
    )  # fmt: skip
    told = await read_event(stack, visits.FollowUpExtended, follow_up_id=follow_up["id"])
    assert (told["data"]["follow_up_due_on"], told["data"]["reason"]) == (
        wanted["until"],
        grant["reason"],
    )
    further = {"until": later(first, 60), "reason": "Of its own, for lack of staff there."}
    own = await done(await lead.post(path, json=further))
    assert (own["status"], own["decided_by"]) == ("granted", own["requested_by"])
    between = {"until": later(first, 40), "reason": "To fall due meanwhile."}
    await done(await lead.post(f"/v1/follow-ups/{marker['id']}/extensions", json=between))
    await overdue(actors, marker, 0)
    assert (await follow_up_of(actors, "POL"))["status"] == "open", "that date was moved again"
    await overdue(actors, follow_up, 1)
    assert await falls_due(actors, stack, follow_up, 2) == [first, further["until"]]
    listed = (await done(await state.get(path)))["items"]
    assert [one["status"] for one in listed] == ["refused", "granted", "granted"]


async def test_a_least_developed_state_may_have_more_time_and_a_report_ends_the_asking(
    stack: Stack, actors: Actors
) -> None:
    asked = issued("SLE")
    follow_up = await opened(stack, actors, "SLE", asked)
    path = f"/v1/follow-ups/{follow_up['id']}"
    sierra_leone, lead = actors.state("SLE"), actors.of("cted_lead")
    wanted = {"until": later(follow_up["due_on"], 300), "reason": "An earthquake."}
    request = (await done(await sierra_leone.post(f"{path}/extensions", json=wanted)))["id"]
    await done(await save(sierra_leone, follow_up, step(asked.recommendation_id)))
    await done(await sierra_leone.post(f"{path}/report"))
    grant = {"outcome": "granted", "reason": "Of course."}
    decision = f"{path}/extensions/{request}/decision"
    assert refusal(await lead.post(decision, json=grant)) == ILLEGAL
    assert (await done(await sierra_leone.get(f"{path}/extensions/{request}")))[
        "status"
    ] == "lapsed"
    assert refusal(await sierra_leone.post(f"{path}/extensions", json=wanted)) == ILLEGAL
