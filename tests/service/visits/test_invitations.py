"""Officials of assessed States, asked to be invited; notifications carries it out (¶8)."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from services.notifications import events as notifications
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
    refusal,
    submitted_report,
)
from tests.support.events import publish, read_event
from tests.support.waiting import eventually

PATH = "/v1/invitation-requests"


def body(state: str, **fields: object) -> Body:
    wanted = {
        "member_state": state,
        "meeting_id": str(uuid4()),
        "officials": ["Minister of Justice", "Head of the financial intelligence unit"],
        "reason": "To speak of the courts.",
    }
    return wanted | fields


def issued(asked: Body) -> notifications.InvitationIssued:
    return notifications.InvitationIssued(
        member_state=asked["member_state"],
        invitation_id=uuid4(),
        meeting_id=asked["meeting_id"],
        meeting="Follow-up of visits",
        held_on=date(2099, 5, 1),
        invitation_request_id=asked["id"],
    )


def answered(
    asked: Body, invitation: notifications.InvitationIssued, *, attends: bool
) -> notifications.InvitationAnswered:
    return notifications.InvitationAnswered(
        member_state=asked["member_state"],
        invitation_id=invitation.invitation_id,
        invitation_request_id=asked["id"],
        attends=attends,
        answered_on=date(2099, 4, 1),
    )


async def becomes(actors: Actors, asked: Body, status: str) -> Body:
    known: Body = await eventually(
        actors.of("committee_member"),
        f"{PATH}/{asked['id']}",
        lambda read: read["status"] == status,
    )
    return known


async def test_a_request_is_issued_and_answered(stack: Stack, actors: Actors) -> None:
    await submitted_report(actors, "LKA")
    officer, chair = actors.of("cted_officer"), actors.of("committee_chair")
    unknown = body("VEN", officials=["Prosecutor", "prosecutor "])
    assert fields_of(await chair.post(PATH, json=unknown)) == [
        "body.member_state",
        "body.officials.1",
    ]
    empty = body("LKA", officials=[], reason=" ")
    assert fields_of(await chair.post(PATH, json=empty)) == ["body.officials", "body.reason"]
    wanted = body("LKA")
    created = await chair.post(PATH, json=wanted)
    assert (created.status_code, created.json()["status"]) == (201, "requested")
    asked = created.json()
    assert created.headers["location"] == f"{PATH}/{asked['id']}"
    told = await read_event(stack, visits.InvitationRequested, invitation_request_id=asked["id"])
    assert (told["data"]["officials"], told["data"]["confidential"]) == (wanted["officials"], False)
    assert refusal(await officer.post(PATH, json=wanted)) == CONFLICT

    invitation = issued(asked)
    await publish(stack, invitation)
    known = await becomes(actors, asked, "issued")
    assert (known["invitation_id"], known["held_on"]) == (
        str(invitation.invitation_id),
        "2099-05-01",
    )
    assert refusal(await chair.post(f"{PATH}/{asked['id']}/cancellation")) == ILLEGAL
    await publish(stack, answered(asked, invitation, attends=False))
    await becomes(actors, asked, "declined")
    await publish(stack, answered(asked, invitation, attends=True))
    assert (await becomes(actors, asked, "accepted"))["answered_on"] == "2099-04-01"
    listed = await officer.get(PATH, params={"meeting_id": asked["meeting_id"]})
    assert [one["id"] for one in listed.json()["items"]] == [asked["id"]]


async def test_a_request_is_refused_or_cancelled(stack: Stack, actors: Actors) -> None:
    officer = actors.of("cted_officer")
    refused = await done(await officer.post(PATH, json=body("VEN", assessed=True)))
    told = await read_event(stack, visits.InvitationRequested, invitation_request_id=refused["id"])
    assert (told["data"]["confidential"], told["data"]["reason"]) == (True, "")
    because = "There is no such meeting."
    refusal_of = notifications.InvitationRefused(
        member_state="VEN",
        invitation_request_id=UUID(refused["id"]),
        refused_on=date(2099, 1, 1),
        reason=because,
    )
    await publish(
        stack, refusal_of, refusal_of.model_copy(update={"invitation_request_id": uuid4()})
    )
    assert (await becomes(actors, refused, "refused"))["refused_because"] == because

    again = await done(await officer.post(PATH, json=body("VEN", assessed=True)))
    path = f"{PATH}/{again['id']}/cancellation"
    assert refusal(await officer.post(path, headers={"If-Match": '"7"'})) == STALE
    assert (await done(await officer.post(path)))["status"] == "cancelled"
    assert refusal(await officer.post(path)) == ILLEGAL
    await publish(stack, issued(again))
    await becomes(actors, again, "issued")
    letters = await done(await actors.of("operator").get("/v1/operations/dead-letters"))
    assert letters["items"] == []


async def test_who_asks_at_once_asks_once_and_an_answer_may_be_heard_first(
    stack: Stack, actors: Actors
) -> None:
    officer, wanted = actors.of("cted_officer"), body("VEN", assessed=True)
    answers = await asyncio.gather(*(officer.post(PATH, json=wanted) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    (asked,) = [answer.json() for answer in answers if answer.status_code == 201]
    invitation = issued(asked)
    await publish(stack, answered(asked, invitation, attends=True))
    await becomes(actors, asked, "accepted")
    await publish(stack, invitation)
    known = await eventually(
        officer, f"{PATH}/{asked['id']}", lambda read: read["invitation_id"] is not None
    )
    assert (known["status"], known["held_on"]) == ("accepted", "2099-05-01")
