"""What becomes of a request: reminders, validity, conditions, withdrawal, revocation, expiry."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import httpx

from services.notifications.events import DeadlineApproaching, DeadlineMissed
from services.visits import events as visits
from shared.embedded.stack import Stack
from tests.service.visits.actors import (
    CONFLICT,
    ILLEGAL,
    STALE,
    Actors,
    Body,
    done,
    fields_of,
    given_consent,
    mission_body,
    refusal,
    requested_consent,
)
from tests.support.events import publish, read_event, read_events
from tests.support.waiting import eventually


async def test_a_state_is_reminded_once_a_day_while_it_has_not_answered(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "LIE")
    path = f"/v1/consents/{consent['id']}"
    note = {"note": "The Chair would welcome an answer."}
    stale = {"If-Match": '"7"'}
    assert refusal(await officer.post(f"{path}/reminders", json=note, headers=stale)) == STALE
    answers = await asyncio.gather(
        *(officer.post(f"{path}/reminders", json=note) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (sent,) = [answer for answer in answers if answer.status_code == 201]
    state = actors.state("LIE")
    assert await done(await state.get(sent.headers["location"])) == sent.json()
    told = await read_event(stack, visits.ConsentReminded, consent_id=consent["id"])
    assert told["data"]["note"] == note["note"]
    await actors.advance_to(await actors.today() + timedelta(days=1))
    second = await done(await officer.post(f"{path}/reminders", json=note))
    listed = (await done(await state.get(f"{path}/reminders")))["items"]
    assert listed == [sent.json(), second]
    file = await state.get(f"{path}/reminders/export", params={"format": "json"})
    assert file.json() == listed
    assert refusal(await actors.state("MCO").get(f"{path}/reminders")) == (404, "not-found")
    overdue = {"due_before": str(date.fromisoformat(consent["answer_due_on"]) + timedelta(days=1))}
    found = (await done(await state.get("/v1/consents", params=overdue)))["items"]
    assert [one["id"] for one in found] == [consent["id"]]
    await done(await state.post(f"{path}/answer", json={"answer": "declined", "reason": "Work."}))
    assert (await done(await state.get("/v1/consents", params=overdue)))["items"] == []
    await actors.advance_to(await actors.today() + timedelta(days=1))
    assert refusal(await officer.post(f"{path}/reminders", json=note)) == CONFLICT
    assert fields_of(await officer.post(f"{path}/reminders", json={"note": ""})) == ["body.note"]


async def test_a_request_is_withdrawn_before_it_is_answered_alone(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "MCO", confidential=True)
    path = f"/v1/consents/{consent['id']}"
    why = {"reason": "The visit is made with another."}
    assert fields_of(await officer.post(f"{path}/withdrawal", json={})) == ["body.reason"]
    ended = await done(await officer.post(f"{path}/withdrawal", json=why))
    assert (ended["status"], ended["ended_on"]) == ("withdrawn", str(await actors.today()))
    assert ended["ended_because"] == why["reason"]
    told = await read_event(stack, visits.ConsentEnded, consent_id=consent["id"])
    assert (told["data"]["outcome"], told["data"]["reason"]) == ("withdrawn", "")
    for step, body in (("withdrawal", why), ("revocation", {}), ("answer", {"answer": "given"})):
        assert refusal(await officer.post(f"{path}/{step}", json=body)) == ILLEGAL
    given = await given_consent(actors, "MCO")
    late = await officer.post(f"/v1/consents/{given['id']}/withdrawal", json=why)
    assert refusal(late) == ILLEGAL


async def test_consent_is_valid_until_its_day_and_expires_if_no_visit_is_made_of_it(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "SMR", visit_kind="focused")
    path = f"/v1/consents/{consent['id']}"
    today = await actors.today()
    last = today + timedelta(days=6)
    state = actors.state("SMR")
    given = {"answer": "given", "valid_until": str(today), "until": str(last)}
    assert fields_of(await state.post(f"{path}/answer", json=given)) == [
        "body.until",
        "body.valid_until",
    ]
    kept: Body = {"answer": "given", "valid_until": str(last), "confidential": True}
    answered = await done(await state.post(f"{path}/answer", json=kept))
    assert (answered["valid_until"], answered["confidential"]) == (str(last), True)
    visit = await mission_body(actors, consent)
    beyond = {"ends_on": str(last + timedelta(days=1))}
    faulty = await officer.post("/v1/missions", json=visit | beyond)
    assert fields_of(faulty) == ["body.kind", "body.ends_on"]
    visit |= {"kind": "focused", "starts_on": str(last), "ends_on": str(last)}
    mission = await done(await officer.post("/v1/missions", json=visit))
    moved = await officer.patch(
        f"/v1/missions/{mission['id']}",
        json=beyond | {"reason": "Flights."},
        headers={"If-Match": '"1"'},
    )
    assert fields_of(moved) == ["body.ends_on"]
    unused = f"/v1/consents/{(await requested_consent(actors, 'SMR'))['id']}"
    await done(await state.post(f"{unused}/answer", json=kept))
    await actors.advance_to(last + timedelta(days=1))
    await eventually(state, unused, lambda body: body["status"] == "expired")
    # Its turn came before, and its visit may yet take place.
    assert (await done(await officer.get(path)))["status"] == "given"
    cancel = f"/v1/missions/{mission['id']}/cancellation"
    await done(await officer.post(cancel, json={"reason": "Flooded."}))
    await actors.advance_to(last + timedelta(days=2))
    expired = await eventually(state, path, lambda body: body["status"] == "expired")
    assert expired["ended_on"] == str(last + timedelta(days=2))
    told = await read_event(stack, visits.ConsentEnded, consent_id=consent["id"])
    assert (told["data"]["outcome"], told["data"]["confidential"]) == ("expired", True)
    again = {
        "visit_list_id": consent["visit_list_id"],
        "member_state": "SMR",
        "answer_due_on": str(await actors.today() + timedelta(days=9)),
    }
    await done(await officer.post("/v1/consents", json=again))


async def test_a_state_revokes_its_consent_until_the_visit_begins(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await given_consent(actors, "NRU")
    path = f"/v1/consents/{consent['id']}/revocation"
    today = await actors.today()
    visit = await mission_body(actors, consent)
    later = {"starts_on": str(today + timedelta(days=9)), "ends_on": str(today + timedelta(days=9))}
    mission = await done(await officer.post("/v1/missions", json=visit | later))
    assert refusal(await actors.state("TUV").post(path, json={})) == (404, "not-found")
    nauru = actors.state("NRU")
    why = {"reason": "A cyclone is near."}
    revoked = await done(await nauru.post(path, json=why))
    assert (revoked["status"], revoked["ended_because"]) == ("revoked", why["reason"])
    told = await read_event(stack, visits.ConsentEnded, consent_id=consent["id"])
    assert (told["data"]["outcome"], told["data"]["mission_id"]) == ("revoked", mission["id"])
    record = f"/v1/missions/{mission['id']}"
    assert (await done(await officer.get(record)))["consent_revoked_on"] == str(today)
    fewer = {"ends_on": mission["starts_on"], "reason": "A shorter visit."}
    moved = await officer.patch(record, json=fewer, headers={"If-Match": '"2"'})
    assert refusal(moved) == CONFLICT
    assert "revoked" in moved.json()["detail"]
    await actors.advance_to(today + timedelta(days=9))
    assert refusal(await officer.post(f"{record}/completion")) == CONFLICT
    await done(await officer.post(f"{record}/cancellation", json={"reason": "Revoked."}))
    assert refusal(await nauru.post(path, json=why)) == ILLEGAL

    consent = await given_consent(actors, "NRU")
    path = f"/v1/consents/{consent['id']}/revocation"
    await done(await officer.post("/v1/missions", json=await mission_body(actors, consent)))
    refused = await nauru.post(path, json=why)
    assert refusal(refused) == CONFLICT
    assert "began" in refused.json()["detail"]


async def test_the_timeline_of_a_state_tells_all_that_happened_in_order(
    stack: Stack, actors: Actors, officer: httpx.AsyncClient
) -> None:
    consent = await requested_consent(actors, "MDG")
    path = f"/v1/consents/{consent['id']}"
    island = actors.state("MDG")
    timeline = "/v1/consent-timelines/MDG"
    await done(await officer.post(f"{path}/reminders", json={"note": "Please answer."}))
    due = {
        "member_state": "MDG",
        "deadline_id": uuid4(),
        "duty": "consent-answer",
        "due_on": date.fromisoformat(consent["answer_due_on"]),
        "about_id": consent["id"],
    }
    await publish(
        stack,
        DeadlineApproaching.model_validate(due | {"duty": "follow-up"}),
        DeadlineApproaching.model_validate(due | {"about_id": uuid4()}),
        DeadlineApproaching.model_validate(due),
        DeadlineMissed.model_validate(due),
    )
    announced = {"kind": ["deadline_approaching", "deadline_missed"]}

    def both_announced(body: Body) -> bool:
        return {"deadline_approaching", "deadline_missed"} <= {
            moment["kind"] for moment in body["items"]
        }

    await eventually(island, timeline, both_announced)
    until = str(await actors.today() + timedelta(days=9))
    deferred = {"answer": "deferred", "until": until, "reason": "Elections."}
    await done(await island.post(f"{path}/answer", json=deferred))
    given = {"answer": "given", "conditions": ["In May.", "With interpreters."]}
    await done(await island.post(f"{path}/answer", json=given))
    fulfilment = f"{path}/conditions/1/fulfilment"
    met = await done(await officer.post(fulfilment))
    assert [condition["met_on"] for condition in met["conditions"]] == [
        None,
        str(await actors.today()),
    ]
    assert refusal(await officer.post(fulfilment)) == CONFLICT
    beyond = await officer.post(f"{path}/conditions/2/fulfilment")
    assert refusal(beyond) == (404, "not-found")
    visit = await mission_body(actors, consent)
    dates = {"starts_on": until, "ends_on": until}
    mission = await done(await officer.post("/v1/missions", json=visit | dates))
    cancel = f"/v1/missions/{mission['id']}/cancellation"
    await done(await officer.post(cancel, json={"reason": "Flooded."}))
    await done(await island.post(f"{path}/revocation", json={}))

    told = (await done(await island.get(timeline)))["items"]
    # What notifications announced bears the date of its event, which is the machine's here.
    own = [moment for moment in told if not moment["kind"].startswith("deadline")]
    assert [(moment["kind"], moment["words"]) for moment in own] == [
        ("listed", ""),
        ("requested", ""),
        ("reminded", "Please answer."),
        ("deferred", "Elections."),
        ("given", "In May.\nWith interpreters."),
        ("condition_met", "With interpreters."),
        ("visit_scheduled", ""),
        ("visit_cancelled", "Flooded."),
        ("revoked", ""),
    ]
    heard = (await done(await island.get(timeline, params=announced)))["items"]
    assert [moment["kind"] for moment in heard] == ["deadline_approaching", "deadline_missed"]
    records = {moment["kind"]: moment["record"] for moment in told}
    assert records["deadline_missed"] == records["deferred"] == path
    assert (await done(await island.get(records["listed"])))["items"][0]["listed"]
    assert records["visit_cancelled"] == f"/v1/missions/{mission['id']}"

    query: Body = {"limit": 4, "sort": "-happened_on"}
    page = await done(await island.get(timeline, params=query))
    pages = page["items"]
    while page["next_cursor"]:
        query["cursor"] = page["next_cursor"]
        page = await done(await island.get(timeline, params=query))
        pages += page["items"]
    assert pages == told[::-1]
    today = {"since": str(await actors.today()), "until": str(await actors.today())}
    on_the_day = (await done(await officer.get(timeline, params=today)))["items"]
    assert [moment for moment in on_the_day if moment in own] == own
    tomorrow = {"since": str(await actors.today() + timedelta(days=1))}
    assert (await done(await officer.get(timeline, params=tomorrow)))["items"] == []
    file = await island.get(f"{timeline}/export", params={"format": "csv"})
    assert len(file.text.strip().splitlines()) >= 1 + len(told)
    assert refusal(await actors.state("NRU").get(timeline)) == (403, "forbidden")
    unknown = await officer.get("/v1/consent-timelines/XYZ")
    assert fields_of(unknown) == ["path.member_state"]


async def test_what_a_state_asks_to_keep_confidential_stays_so_in_its_timeline(
    stack: Stack, actors: Actors
) -> None:
    consent = await requested_consent(actors, "GNQ")
    answer = {"answer": "declined", "reason": "Not to be told.", "confidential": True}
    state = actors.state("GNQ")
    await done(await state.post(f"/v1/consents/{consent['id']}/answer", json=answer))
    told = (await done(await state.get("/v1/consent-timelines/GNQ")))["items"]
    about = {moment["kind"]: moment for moment in told if consent["id"] in moment["record"]}
    assert {kind: moment["confidential"] for kind, moment in about.items()} == {
        "requested": True,
        "declined": True,
    }
    assert about["declined"]["words"] == "Not to be told."
    (event,) = await read_events(
        stack,
        "ctc.visits",
        lambda event: event["subject"] == "GNQ" and event["type"] == visits.ConsentDeclined.type,
        1,
    )
    assert (event["data"]["confidential"], event["data"]["reason"]) == (True, "")
