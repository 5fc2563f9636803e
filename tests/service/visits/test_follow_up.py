"""Follow-up: due once after twelve months, and reported by the State (¶9)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.assessment import events as assessment
from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    ILLEGAL,
    STALE,
    Actors,
    done,
    fields_of,
    follow_up_of,
    refusal,
    submitted_report,
)
from tests.service.visits.following_up import issued, opened, save, sent, step
from tests.support.events import publish, publish_envelopes, read_event, read_events
from tests.support.waiting import eventually


async def test_it_falls_due_once_and_not_at_all_once_reported(stack: Stack, actors: Actors) -> None:
    recommendation = issued("JAM")
    early = await opened(stack, actors, "JAM", recommendation)
    late = await opened(stack, actors, "BRB")
    jamaica = actors.state("JAM")
    saved = await done(await save(jamaica, early, step(recommendation.recommendation_id)))
    await done(await jamaica.post(f"/v1/follow-ups/{saved['id']}/report"))
    officer = actors.of("cted_officer")
    before = {"due_before": late["due_on"], "member_state": "BRB"}
    assert (await done(await officer.get("/v1/follow-ups", params=before)))["items"] == []
    await actors.advance_to(date.fromisoformat(late["due_on"]))
    await eventually(officer, f"/v1/follow-ups/{late['id']}", lambda body: body["status"] == "due")
    after = {"due_before": str(date.fromisoformat(late["due_on"]) + timedelta(days=1))}
    listed = await done(await officer.get("/v1/follow-ups", params=after | {"status": "due"}))
    assert late["id"] in [item["id"] for item in listed["items"]]
    await submitted_report(actors, "DMA")
    mark = await follow_up_of(actors, "DMA")
    await actors.advance_to(date.fromisoformat(mark["due_on"]))
    path = f"/v1/follow-ups/{mark['id']}"
    await eventually(officer, path, lambda body: body["status"] == "due")
    kept = (await actors.of("operator").get("/v1/operations/outbox")).json()["kept_by_type"]
    told = await read_events(
        stack,
        "ctc.visits",
        lambda event: event["type"] == visits.FollowUpDue.type,
        kept[visits.FollowUpDue.type],
    )
    fallen_due = [event["data"]["follow_up_id"] for event in told]
    assert {late["id"], mark["id"]} <= set(fallen_due)
    assert len(fallen_due) == len(set(fallen_due))
    assert early["id"] not in fallen_due
    assert (await follow_up_of(actors, "JAM"))["status"] == "reported"


async def test_the_steps_are_about_the_states_own_recommendations(
    stack: Stack, actors: Actors
) -> None:
    own, foreign = issued("CUB"), issued("HTI")
    follow_up = await opened(stack, actors, "CUB", own)
    await publish(stack, foreign)
    cuba = actors.state("CUB")
    refused = await save(
        cuba,
        follow_up,
        step(own.recommendation_id),
        step(foreign.recommendation_id),
        step(uuid4()),
        step(own.recommendation_id),
    )
    assert fields_of(refused) == [f"body.steps.{n}.recommendation_id" for n in (1, 2, 3)]
    bad = await save(cuba, follow_up, step(own.recommendation_id, progress="done", description=""))
    assert fields_of(bad) == ["body.steps.0.progress", "body.steps.0.description"]
    assert (await follow_up_of(actors, "CUB"))["steps"] == []


async def test_a_report_needs_a_step_and_ends_the_saving(stack: Stack, actors: Actors) -> None:
    recommendation = issued("DOM")
    follow_up = await opened(stack, actors, "DOM", recommendation)
    path = f"/v1/follow-ups/{follow_up['id']}"
    state, officer = actors.state("DOM"), actors.of("cted_officer")
    assert fields_of(await state.post(f"{path}/report")) == ["steps"]
    first = step(recommendation.recommendation_id, progress="none")
    saved = await done(await save(state, follow_up, first))
    assert refusal(await save(state, follow_up, first)) == STALE
    assert (await state.put(f"{path}/steps", json={"steps": [first]})).status_code == 428
    second = step(recommendation.recommendation_id, progress="partly_implemented")
    again = await done(await save(officer, saved, second))
    assert sent(again) == [second]
    assert [again["still_to_report"], saved["still_to_report"]] == [[], []]
    reported = await done(await state.post(f"{path}/report"))
    assert refusal(await save(state, reported, first)) == ILLEGAL
    assert refusal(await state.post(f"{path}/report")) == ILLEGAL


@pytest.mark.parametrize("status", ["implemented", "no_longer_relevant"])
async def test_a_closed_recommendation_is_shown_as_closed(
    stack: Stack, actors: Actors, status: str
) -> None:
    state = {"implemented": "BHS", "no_longer_relevant": "BLZ"}[status]
    closed, still_open = issued(state), issued(state)
    follow_up = await opened(stack, actors, state, closed, still_open)
    changed = assessment.RecommendationStatusChanged(
        member_state=state,
        recommendation_id=closed.recommendation_id,
        previous="issued",
        status=status,
        changed_on=date(2020, 3, 1),
    )
    await publish(stack, changed)
    known = await eventually(
        actors.of("cted_officer"),
        f"/v1/follow-ups/{follow_up['id']}",
        lambda body: any(asked["closed"] for asked in body["recommendations"]),
    )
    assert {asked["recommendation_id"]: asked["status"] for asked in known["recommendations"]} == {
        str(closed.recommendation_id): status,
        str(still_open.recommendation_id): "issued",
    }


async def test_an_older_status_heard_late_does_not_undo_a_later_one(
    stack: Stack, actors: Actors
) -> None:
    recommendation = issued("GTM")
    follow_up = await opened(stack, actors, "GTM", recommendation)

    def changed(status: str) -> assessment.RecommendationStatusChanged:
        return assessment.RecommendationStatusChanged(
            member_state="GTM",
            recommendation_id=recommendation.recommendation_id,
            previous="issued",
            status=status,
            changed_on=date(2020, 3, 1),
        )

    (late,) = await publish(stack, changed("implemented"))
    (mark,) = await publish(stack, issued("GTM"))
    replayed = late.model_copy(
        update={
            "id": uuid4(),
            "time": late.time - timedelta(hours=1),
            "data": changed("accepted").model_dump(mode="json"),
        }
    )
    await publish_envelopes(stack, replayed, mark)
    await publish(stack, issued("GTM"))
    known = await eventually(
        actors.of("cted_officer"),
        f"/v1/follow-ups/{follow_up['id']}",
        lambda body: len(body["recommendations"]) == 3,
    )
    statuses = {asked["recommendation_id"]: asked["status"] for asked in known["recommendations"]}
    assert statuses[str(recommendation.recommendation_id)] == "implemented"


async def test_steps_about_a_confidential_recommendation_are_told_as_confidential(
    stack: Stack, actors: Actors
) -> None:
    recommendation = issued("SLV", confidential=True)
    follow_up = await opened(stack, actors, "SLV", recommendation)
    assert follow_up["recommendations"][0]["text"] == ""
    await done(await save(actors.state("SLV"), follow_up, step(recommendation.recommendation_id)))
    await done(await actors.state("SLV").post(f"/v1/follow-ups/{follow_up['id']}/report"))
    told = await read_event(stack, visits.FollowUpReported, follow_up_id=follow_up["id"])
    assert told["data"]["confidential"] is True


async def test_confidentiality_that_is_heard_of_first_holds(stack: Stack, actors: Actors) -> None:
    recommendation, mark = issued("AZE"), issued("AZE")
    placed = assessment.ConfidentialityChanged(
        member_state="AZE",
        confidential=True,
        kind="recommendation",
        record_id=recommendation.recommendation_id,
        changed_on=recommendation.issued_on,
    )
    (told_last,) = await publish(stack, placed)
    lifted = placed.model_copy(update={"confidential": False, "text": "Train."})
    earlier = told_last.model_copy(
        update={
            "id": uuid4(),
            "time": told_last.time - timedelta(hours=1),
            "data": lifted.model_dump(mode="json"),
        }
    )
    await publish_envelopes(stack, earlier)
    follow_up = await opened(stack, actors, "AZE", recommendation, mark)
    await done(await save(actors.state("AZE"), follow_up, step(recommendation.recommendation_id)))
    await done(await actors.state("AZE").post(f"/v1/follow-ups/{follow_up['id']}/report"))
    told = await read_event(stack, visits.FollowUpReported, follow_up_id=follow_up["id"])
    assert told["data"]["confidential"] is True


async def test_steps_are_told_openly_again_once_the_state_lifts_confidentiality(
    stack: Stack, actors: Actors
) -> None:
    recommendation = issued("ATG", confidential=True)
    lifted = assessment.ConfidentialityChanged(
        member_state="ATG",
        confidential=False,
        kind="recommendation",
        record_id=recommendation.recommendation_id,
        changed_on=recommendation.issued_on,
        text="Train investigators.",
    )
    follow_up = await opened(stack, actors, "ATG", recommendation)
    assert [asked["text"] for asked in follow_up["recommendations"]] == [""]
    await publish(stack, lifted, issued("ATG"))
    both = await eventually(
        actors.of("cted_officer"),
        f"/v1/follow-ups/{follow_up['id']}",
        lambda body: len(body["recommendations"]) == 2,
    )
    assert {asked["text"] for asked in both["recommendations"]} == {"Train investigators."}
    await done(await save(actors.state("ATG"), follow_up, step(recommendation.recommendation_id)))
    await done(await actors.state("ATG").post(f"/v1/follow-ups/{follow_up['id']}/report"))
    told = await read_event(stack, visits.FollowUpReported, follow_up_id=follow_up["id"])
    assert told["data"]["confidential"] is False


async def test_another_state_neither_sees_nor_reports(stack: Stack, actors: Actors) -> None:
    follow_up = await opened(stack, actors, "TTO")
    path = f"/v1/follow-ups/{follow_up['id']}"
    other = actors.state("GRD")
    assert refusal(await other.get(path)) == (404, "not-found")
    assert refusal(await save(other, follow_up)) == (404, "not-found")
    stale = {"If-Match": '"9"'}
    assert refusal(await other.post(f"{path}/report", headers=stale)) == (404, "not-found")
    assert (await done(await other.get("/v1/follow-ups")))["items"] == []
    assert (await actors.state("TTO").get(path)).status_code == 200
    assert (await actors.of("committee_member").get(path)).status_code == 200


async def test_nothing_that_was_heard_of_was_put_aside(actors: Actors) -> None:
    letters = await done(await actors.of("operator").get("/v1/operations/dead-letters"))
    assert letters["items"] == []
