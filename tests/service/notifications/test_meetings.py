"""Meetings, and assessed States invited to them (¶8)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import AssessmentCompleted
from services.notifications.events import (
    InvitationAnswered,
    InvitationIssued,
    InvitationRefused,
)
from services.visits.events import InvitationRequested, ReportSubmitted
from shared.embedded.stack import Stack
from tests.support.events import publish, read_event
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(60)
Today = Callable[[], Awaitable[date]]
PassDays = Callable[[int], Awaitable[None]]


async def _meeting(client: httpx.AsyncClient, held_on: date) -> str:
    body = {"title": "Follow-up of visits", "held_on": str(held_on), "kind": "plenary"}
    answer = await client.post("/v1/meetings", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


async def _assessed(
    stack: Stack, officer: httpx.AsyncClient, state: str, *, confidential: bool = False
) -> None:
    completed = AssessmentCompleted(
        member_state=state, confidential=confidential, assessment_id=uuid4(), survey_id=uuid4(),
        completed_on=date(2026, 1, 1), score=0.5, scores_by_theme={},
    )  # fmt: skip
    (envelope,) = await publish(stack, completed)
    await eventually(
        officer,
        "/v1/messages",
        lambda page: any(m["event_id"] == str(envelope.id) for m in page["items"]),
        member_state=state,
    )


async def test_an_assessed_state_is_invited_and_answers(
    stack: Stack,
    officer: httpx.AsyncClient,
    chair: httpx.AsyncClient,
    today: Today,
    pass_days: PassDays,
) -> None:
    meeting = await _meeting(chair, await today() + timedelta(days=10))
    body = {"member_state": "FJI"}
    refused = await chair.post(f"{meeting}/invitations", json=body)
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == ["body.member_state"]
    await _assessed(stack, officer, "FJI")
    issued = await chair.post(f"{meeting}/invitations", json=body)
    assert issued.status_code == 201
    event = await read_event(stack, InvitationIssued, invitation_id=issued.json()["id"])
    assert (event["subject"], event["data"]["meeting"]) == ("FJI", "Follow-up of visits")
    assert (await officer.post(f"{meeting}/invitations", json=body)).status_code == 409

    path = issued.headers["location"]
    yes = {"attends": True, "delegates": ["A. Minister"]}
    async with client_of(stack, "notifications", "member_state", member_state="TON") as other:
        assert (await other.post(f"{path}/answer", json=yes)).status_code == 404
        assert (await other.get(path)).status_code == 404
    async with client_of(stack, "notifications", "member_state", member_state="FJI") as fiji:
        wrong = await fiji.post(f"{path}/answer", json={"attends": False, "delegates": ["B"]})
        assert wrong.status_code == 422
        accepted = await fiji.post(f"{path}/answer", json=yes, headers={"If-Match": '"1"'})
        assert (accepted.json()["status"], accepted.json()["delegates"]) == (
            "accepted",
            ["A. Minister"],
        )
        stale = await fiji.post(f"{path}/answer", json=yes, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        listed = (await fiji.get(f"{meeting}/invitations")).json()["items"]
        assert [one["member_state"] for one in listed] == ["FJI"]
        declined = await fiji.post(f"{path}/answer", json={"attends": False})
        assert (declined.json()["status"], declined.json()["delegates"]) == ("declined", [])
        await pass_days(11)
        late = _request("FJI", meeting)
        await publish(stack, late)
        over = await read_event(
            stack, InvitationRefused, invitation_request_id=str(late.invitation_request_id)
        )
        assert "was held on" in over["data"]["reason"]
        assert (await fiji.post(f"{path}/answer", json=yes)).status_code == 409


async def test_a_report_also_makes_a_state_one_to_invite(
    stack: Stack, chair: httpx.AsyncClient, today: Today
) -> None:
    day = await today()
    report = ReportSubmitted(
        member_state="WSM", report_id=uuid4(), mission_id=uuid4(), submitted_on=day,
        follow_up_due_on=day + timedelta(days=365),
    )  # fmt: skip
    await publish(stack, report)
    await eventually(chair, "/v1/messages", lambda page: bool(page["items"]), member_state="WSM")
    meeting = await _meeting(chair, day)
    answer = await chair.post(f"{meeting}/invitations", json={"member_state": "WSM"})
    assert answer.status_code == 201


def _request(state: str, meeting: str, *, confidential: bool = False) -> InvitationRequested:
    return InvitationRequested(
        member_state=state,
        confidential=confidential,
        invitation_request_id=uuid4(),
        meeting_id=meeting.rpartition("/")[2],
        officials=["Minister of Justice"],
        reason="To speak of the courts.",
        requested_on=date(2026, 1, 1),
    )


async def test_an_invitation_is_as_confidential_as_the_request_for_it(
    stack: Stack, officer: httpx.AsyncClient, chair: httpx.AsyncClient, today: Today
) -> None:
    await _assessed(stack, officer, "VUT")
    meeting = await _meeting(chair, await today() + timedelta(days=10))
    request = _request("VUT", meeting, confidential=True)
    await publish(stack, request)
    about = str(request.invitation_request_id)
    issued = await read_event(stack, InvitationIssued, invitation_request_id=about)
    assert issued["data"]["confidential"] is True


async def test_a_requested_invitation_is_issued_and_its_answer_is_told(
    stack: Stack,
    officer: httpx.AsyncClient,
    chair: httpx.AsyncClient,
    operator: httpx.AsyncClient,
    today: Today,
) -> None:
    await _assessed(stack, officer, "KIR")
    meeting = await _meeting(chair, await today() + timedelta(days=10))
    request = _request("KIR", meeting)
    await publish(stack, request)
    about = {"invitation_request_id": str(request.invitation_request_id)}
    issued = await read_event(stack, InvitationIssued, **about)
    path = f"/v1/invitations/{issued['data']['invitation_id']}"
    invitation = (await officer.get(path)).json()
    assert (invitation["officials"], invitation["request_id"]) == (
        request.officials,
        about["invitation_request_id"],
    )
    async with client_of(stack, "notifications", "member_state", member_state="KIR") as kiribati:
        yes = {"attends": True, "delegates": ["A. Minister"]}
        assert (await kiribati.post(f"{path}/answer", json=yes)).status_code == 200
    answered = await read_event(stack, InvitationAnswered, **about)
    assert answered["data"]["attends"] is True

    for state, where, why in (
        ("KIR", meeting, "is invited already"),
        ("TUV", meeting, "no completed assessment"),
        ("KIR", f"/v1/meetings/{uuid4()}", "no meeting"),
    ):
        hopeless = _request(state, where)
        await publish(stack, hopeless)
        refused = await read_event(
            stack, InvitationRefused, invitation_request_id=str(hopeless.invitation_request_id)
        )
        assert why in refused["data"]["reason"]
    letters = (await operator.get("/v1/operations/dead-letters")).json()["items"]
    assert letters == []


async def test_two_invitations_at_once_make_one(
    stack: Stack, officer: httpx.AsyncClient, chair: httpx.AsyncClient, today: Today
) -> None:
    await _assessed(stack, officer, "PLW")
    meeting = await _meeting(officer, await today())
    answers = await asyncio.gather(
        *(
            client.post(f"{meeting}/invitations", json={"member_state": "PLW"})
            for client in (officer, chair, officer, chair)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_an_invitation_inherits_confidentiality(
    stack: Stack, officer: httpx.AsyncClient, chair: httpx.AsyncClient, today: Today
) -> None:
    await _assessed(stack, officer, "NRU", confidential=True)
    meeting = await _meeting(chair, await today())
    answer = await chair.post(f"{meeting}/invitations", json={"member_state": "NRU"})
    assert answer.json()["confidential"] is True
    event = await read_event(stack, InvitationIssued, invitation_id=answer.json()["id"])
    assert event["data"]["confidential"] is True


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"held_on": "2001-01-01"}, "body.held_on"),
        ({"kind": "picnic"}, "body.kind"),
        ({"title": ""}, "body.title"),
    ],
)
async def test_bad_meetings_are_refused(
    chair: httpx.AsyncClient, fields: dict[str, Any], field: str
) -> None:
    body = {"title": "Plenary", "held_on": "2099-01-01", "kind": "plenary"} | fields
    answer = await chair.post("/v1/meetings", json=body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_who_may_hold_meetings_and_invite(stack: Stack, chair: httpx.AsyncClient) -> None:
    meeting = await _meeting(chair, date(2099, 1, 1))
    body = {"title": "Plenary", "held_on": "2099-01-01", "kind": "plenary"}
    for role, claims in (
        ("committee_member", {}),
        ("oct", {}),
        ("member_state", {"member_state": "FJI"}),
    ):
        async with client_of(stack, "notifications", role, **claims) as client:
            assert (await client.post("/v1/meetings", json=body)).status_code == 403
            answer = await client.post(f"{meeting}/invitations", json={"member_state": "FJI"})
            assert answer.status_code == 403
            assert (await client.get(meeting)).status_code == 200
            kinds = (await client.get("/v1/meetings", params={"kind": "joint"})).json()
            assert kinds["items"] == []
