"""What an officer finds of the steps, what CTED recommends, what the Committee concludes (¶9)."""

from uuid import uuid4

from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    done,
    fields_of,
    follow_up_of,
    refusal,
)
from tests.service.visits.following_up import (
    issued,
    opened,
    overdue,
    reported,
    save,
    sent,
    step,
    verify,
)
from tests.support.events import read_event, read_events


async def test_steps_are_verified_one_by_one_and_what_is_asked_about_opens_again(
    stack: Stack, actors: Actors
) -> None:
    first, second = issued("BRA"), issued("BRA")
    one, two = first.recommendation_id, second.recommendation_id
    follow_up = await reported(stack, actors, "BRA", first, second)
    path = f"/v1/follow-ups/{follow_up['id']}"
    officer, state = actors.of("cted_officer"), actors.state("BRA")
    assert fields_of(await verify(actors, follow_up, one, "done", comment=" ")) == [
        "body.progress",
        "body.comment",
    ]
    assert refusal(await verify(actors, follow_up, uuid4())) == (404, "not-found")
    gazette = {"title": "Gazette of May", "url": "https://gazette.example/5", "symbol": None}
    seen = await done(await verify(actors, follow_up, one, evidence=[gazette]))
    assert seen["status"] == "reported"
    found = {entry["recommendation_id"]: entry["review"] for entry in seen["steps"]}
    assert (found[str(one)]["progress"], found[str(one)]["evidence"]) == ("implemented", [gazette])
    assert found[str(two)] is None

    question = f"{path}/steps/{two}/clarification"
    stale = {"If-Match": f'"{follow_up["version"]}"'}
    asking = {"comment": "Which law is it?"}
    assert refusal(await officer.post(question, json=asking, headers=stale)) == STALE
    asked = await done(await officer.post(question, json=asking))
    assert asked["status"] == "clarification"
    told = await read_event(stack, visits.FollowUpReturned, follow_up_id=follow_up["id"])
    assert told["data"]["recommendation_id"] == str(two)
    foreign = await save(state, asked, step(one, progress="none"), step(two, progress="none"))
    assert fields_of(foreign) == ["body.steps.0"]
    clearer = step(two, progress="in_progress", technical_assistance_needed=True)
    saved = await done(await save(state, asked, clearer))
    assert sent(saved) == [step(one), clearer]
    again = await done(await state.post(f"{path}/report"))
    assert (again["status"], again["reported_on"]) == ("reported", follow_up["reported_on"])
    assert refusal(await save(state, again, clearer)) == ILLEGAL
    reports = await read_events(
        stack,
        "ctc.visits",
        lambda event: (
            event["type"] == visits.FollowUpReported.type
            and event["data"]["follow_up_id"] == follow_up["id"]
        ),
        2,
    )
    assert [len(event["data"]["steps"]) for event in reports] == [2, 1]

    verified = await done(await verify(actors, follow_up, two, "none"))
    assert verified["status"] == "verified"
    event = await read_event(stack, visits.FollowUpVerified, follow_up_id=follow_up["id"])
    assert event["data"]["steps"] == [
        {"recommendation_id": str(one), "theme": first.theme, "progress": "implemented"},
        {"recommendation_id": str(two), "theme": second.theme, "progress": "none"},
    ]
    assert refusal(await verify(actors, follow_up, two)) == ILLEGAL
    reviews = (await done(await state.get(f"{path}/reviews")))["items"]
    assert [review["outcome"] for review in reviews] == ["verified", "clarification", "verified"]
    assert [bool(review["answered_on"]) for review in reviews] == [False, True, False]
    assert (await actors.state("GRD").get(f"{path}/reviews")).status_code == 404


async def test_the_committee_agrees_to_some_of_what_cted_recommends(
    stack: Stack, actors: Actors
) -> None:
    helped, hidden = issued("CAN"), issued("CAN", confidential=True)
    follow_up = await reported(stack, actors, "CAN", helped, hidden)
    path = f"/v1/follow-ups/{follow_up['id']}"
    officer, chair = actors.of("cted_officer"), actors.of("committee_chair")
    visit = {"activity": "visit", "reason": "To see the courts."}
    aid = {
        "activity": "technical_assistance",
        "reason": "Training.",
        "recommendations": [str(hidden.recommendation_id)],
    }
    wanted = {"activities": [visit, aid]}
    concluded = {"agreed": ["technical_assistance"], "reason": "A visit can wait."}
    for route, body in (("further-activities", wanted), ("consideration", concluded)):
        who = officer if route == "further-activities" else chair
        assert refusal(await who.post(f"{path}/{route}", json=body)) == ILLEGAL
    for one in (helped, hidden):
        await done(await verify(actors, follow_up, one.recommendation_id, "in_progress"))
    assert refusal(await chair.post(f"{path}/consideration", json=concluded)) == CONFLICT
    bad = {"activities": [visit, visit, aid | {"recommendations": [str(uuid4())]}]}
    assert fields_of(await officer.post(f"{path}/further-activities", json=bad)) == [
        "body.activities.1.activity",
        "body.activities.2.recommendations.0",
    ]
    nothing = {"activities": [{"activity": "none", "reason": "All is done."}]}
    await done(await officer.post(f"{path}/further-activities", json=nothing))
    refused = await chair.post(f"{path}/consideration", json=concluded)
    assert fields_of(refused) == ["body.agreed.0"]
    await done(await officer.post(f"{path}/further-activities", json=wanted))
    considered = await done(await chair.post(f"{path}/consideration", json=concluded))
    assert (considered["status"], considered["agreed"]) == ("considered", concluded["agreed"])
    assert refusal(await chair.post(f"{path}/consideration", json=concluded)) == ILLEGAL
    event = await read_event(stack, visits.FollowUpConsidered, follow_up_id=follow_up["id"])
    assert event["data"]["activities"] == ["technical_assistance"]
    aided = await read_event(
        stack, visits.FollowUpAssistanceRecommended, follow_up_id=follow_up["id"]
    )
    assert (aided["data"]["confidential"], aided["data"]["reason"]) == (True, "")
    assert aided["data"]["recommendations"] == [
        {
            "recommendation_id": str(hidden.recommendation_id),
            "theme": hidden.theme,
            "progress": "in_progress",
        }
    ]
    standing = await done(await officer.get("/v1/ranking/CAN"))
    (returning,) = [part for part in standing["factors"] if part["factor"] == "return_visit"]
    assert returning["value"] == 0, "the Committee did not agree to a visit"


async def test_silence_comes_before_the_committee_too_and_is_listed_by_age(
    stack: Stack, actors: Actors
) -> None:
    asked = issued("MEX")
    follow_up = await opened(stack, actors, "MEX", asked)
    path = f"/v1/follow-ups/{follow_up['id']}"
    officer, chair = actors.of("cted_officer"), actors.of("committee_chair")
    visit = {"activities": [{"activity": "visit", "reason": "Nothing is heard."}]}
    assert refusal(await officer.post(f"{path}/further-activities", json=visit)) == ILLEGAL
    await overdue(actors, follow_up, 60)
    assert refusal(await officer.post(f"{path}/further-activities", json=visit)) == CONFLICT
    await overdue(actors, follow_up, 91)
    mexico, grenada = actors.state("MEX"), actors.state("GRD")
    (own,) = [
        age
        for age in (await done(await mexico.get("/v1/follow-ups/overdue")))["ages"]
        if age["count"]
    ]
    assert (own["from_days"], own["to_days"], own["count"]) == (91, 180, 1)
    assert (own["by_region"], own["by_capacity"]) == ({"Americas": 1}, {"other": 1})
    assert [one["id"] for one in own["follow_ups"]] == [follow_up["id"]]
    assert (await done(await grenada.get("/v1/follow-ups/overdue")))["count"] == 0
    every = await done(await officer.get("/v1/follow-ups/overdue"))
    longest = await done(
        await officer.get("/v1/follow-ups", params={"overdue": True, "sort": "-age", "limit": 200})
    )
    assert len(longest["items"]) == every["count"] == sum(a["count"] for a in every["ages"])
    due = [item["due_on"] for item in longest["items"]]
    assert due == sorted(due)
    assert follow_up["id"] in [item["id"] for item in longest["items"]]
    others = await done(
        await mexico.get("/v1/follow-ups", params={"overdue": False, "member_state": "MEX"})
    )
    assert others["items"] == []
    exported = await officer.get(
        "/v1/follow-ups/export", params={"format": "csv", "overdue": True, "member_state": "MEX"}
    )
    assert follow_up["id"] in exported.text

    await done(await officer.post(f"{path}/further-activities", json=visit))
    late = await done(
        await save(mexico, await follow_up_of(actors, "MEX"), step(asked.recommendation_id))
    )
    assert late["status"] == "due"
    concluded = {"agreed": ["visit"], "reason": "Nothing was reported."}
    considered = await done(await chair.post(f"{path}/consideration", json=concluded))
    assert (considered["reported_on"], considered["agreed"]) == (None, ["visit"])
    told = await read_event(stack, visits.FollowUpVisitRecommended, follow_up_id=follow_up["id"])
    assert told["data"]["reason"] == "Nothing is heard."
    standing = await done(await officer.get("/v1/ranking/MEX"))
    (returning,) = [part for part in standing["factors"] if part["factor"] == "return_visit"]
    assert returning["value"] == 1
    assert refusal(await mexico.post(f"{path}/report")) == ILLEGAL


async def test_what_was_recommended_in_silence_falls_with_the_report(
    stack: Stack, actors: Actors
) -> None:
    asked = issued("OMN")
    follow_up = await opened(stack, actors, "OMN", asked)
    path = f"/v1/follow-ups/{follow_up['id']}"
    await overdue(actors, follow_up, 100)
    visit = {"activities": [{"activity": "visit", "reason": "Nothing is heard."}]}
    await done(await actors.of("cted_officer").post(f"{path}/further-activities", json=visit))
    state = actors.state("OMN")
    now = await follow_up_of(actors, "OMN")
    await done(await save(state, now, step(asked.recommendation_id)))
    late = await done(await state.post(f"{path}/report"))
    assert (late["status"], late["activities"]) == ("reported", [])
    await done(await verify(actors, follow_up, asked.recommendation_id))
    concluded = {"agreed": ["visit"], "reason": "As recommended."}
    refused = await actors.of("committee_chair").post(f"{path}/consideration", json=concluded)
    assert refusal(refused) == CONFLICT


async def test_where_nothing_was_recommended_the_committee_waits_for_no_report(
    stack: Stack, actors: Actors
) -> None:
    follow_up = await opened(stack, actors, "BWA")
    path = f"/v1/follow-ups/{follow_up['id']}"
    reporting = await actors.state("BWA").post(f"{path}/report")
    assert refusal(reporting) == CONFLICT
    assert "nothing to report on" in reporting.json()["detail"]
    await overdue(actors, follow_up, 1)
    nothing = {"activities": [{"activity": "none", "reason": "No recommendation was made."}]}
    await done(await actors.of("cted_officer").post(f"{path}/further-activities", json=nothing))
    concluded = {"agreed": [], "reason": "Nothing is to be followed up."}
    considered = await done(
        await actors.of("committee_chair").post(f"{path}/consideration", json=concluded)
    )
    assert considered["status"] == "considered"
