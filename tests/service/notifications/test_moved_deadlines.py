"""Dated duties that move: due, and announced, on the new date."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest

from services.notifications.events import DeadlineApproaching, DeadlineMissed
from services.visits.events import (
    ConsentDeferred,
    ConsentRequested,
    FactCheckEnded,
    FactCheckRequested,
    FollowUpExtended,
    ReportSubmitted,
)
from shared.embedded.stack import Stack
from tests.service.notifications.duties import announced, deadline_of, publish_on
from tests.support.events import publish, publish_envelopes, read_event
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(90)
Today = Callable[[], Awaitable[date]]
PassDays = Callable[[int], Awaitable[None]]


async def test_a_deferred_answer_is_due_on_its_new_date_and_announced_anew(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    key, day = uuid4(), await today()
    due_on, until = day + timedelta(days=20), day + timedelta(days=51)
    told = {"member_state": "RWA", "consent_id": key, "requested_on": day, "deferred_on": day}
    await publish(stack, ConsentRequested.model_validate(told | {"answer_due_on": due_on}))
    deadline = await deadline_of(officer, key, due_on=str(due_on))
    await pass_days(21)
    await deadline_of(officer, key, status="missed")
    deferred = ConsentDeferred.model_validate(told | {"answer_due_on": until})
    await publish_on(stack, deferred, await today())
    await deadline_of(officer, key, status="open", due_on=str(until))
    await pass_days(24)
    await read_event(stack, DeadlineApproaching, deadline_id=deadline["id"], due_on=str(until))
    await pass_days(7)
    await read_event(stack, DeadlineMissed, deadline_id=deadline["id"], due_on=str(until))


async def test_what_a_state_defers_in_confidence_is_due_in_confidence(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    key, day = uuid4(), await today()
    told = {"member_state": "ERI", "consent_id": key, "requested_on": day, "deferred_on": day}
    asked = told | {"answer_due_on": day + timedelta(days=20)}
    await publish(stack, ConsentRequested.model_validate(asked))
    deadline = await deadline_of(officer, key)
    assert deadline["confidential"] is False
    async with client_of(stack, "notifications", "oct") as others:
        # Whom a State lets visit it is between the State, CTED and the Committee.
        assert (await others.get(f"/v1/deadlines/{deadline['id']}")).status_code == 404
        listed = await others.get("/v1/deadlines", params={"duty": "consent-answer"})
        assert listed.json()["items"] == []
    until = day + timedelta(days=30)
    deferred = told | {"answer_due_on": until, "confidential": True}
    await publish(stack, ConsentDeferred.model_validate(deferred))
    moved = await deadline_of(officer, key, due_on=str(until))
    assert (moved["id"], moved["confidential"]) == (deadline["id"], True)
    await pass_days(31)
    missed = await read_event(stack, DeadlineMissed, deadline_id=deadline["id"])
    assert missed["data"]["confidential"] is True


async def test_a_duty_that_moves_is_announced_anew_at_its_new_date(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    day = await today()
    about = {"member_state": "SOM", "report_id": uuid4()}
    report = ReportSubmitted(
        **about,
        mission_id=uuid4(),
        submitted_on=day,
        follow_up_due_on=day + timedelta(days=90),
    )
    later = report.model_copy(update={"report_id": uuid4(), "initial": False})
    await publish(stack, report, later)
    deadline = await deadline_of(officer, report.report_id, status="open")
    await pass_days(61)
    await deadline_of(officer, report.report_id, status="approaching")
    await pass_days(30)
    assert await announced(stack, deadline["id"], 2) == [
        DeadlineApproaching.type,
        DeadlineMissed.type,
    ]
    extended = FollowUpExtended(
        **about,
        follow_up_id=uuid4(),
        follow_up_due_on=day + timedelta(days=191),
        extended_on=day + timedelta(days=91),
        reason="Elections.",
    )
    (envelope,) = await publish(stack, extended)
    moved = await deadline_of(officer, report.report_id, status="open")
    assert (moved["id"], moved["due_on"]) == (deadline["id"], str(extended.follow_up_due_on))
    await pass_days(71)
    again = await deadline_of(officer, report.report_id, status="approaching")
    assert again["approaching_on"] == str(extended.follow_up_due_on - timedelta(days=30))
    await publish_envelopes(stack, envelope.model_copy(update={"id": uuid4()}))  # told twice
    await pass_days(30)
    await deadline_of(officer, report.report_id, status="missed")
    assert (
        await announced(stack, deadline["id"], 4)
        == [
            DeadlineApproaching.type,
            DeadlineMissed.type,
        ]
        * 2
    )
    listed = (await officer.get("/v1/deadlines", params={"member_state": "SOM"})).json()["items"]
    owed = [item for item in listed if item["duty"] == "follow-up"]
    assert [item["id"] for item in owed] == [deadline["id"]], "only the initial report is followed"


async def test_a_report_that_is_checked_anew_is_due_anew(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    day = await today()
    about = {"member_state": "LSO", "report_id": uuid4()}
    first, second = [
        FactCheckRequested(
            **about,
            fact_check_id=uuid4(),
            requested_on=day,
            fact_check_due_on=day + timedelta(days=days),
        )
        for days in (14, 28)
    ]
    ended = FactCheckEnded(
        **about, fact_check_id=first.fact_check_id, outcome="answered", ended_on=day
    )
    await publish(stack, first, ended, second)
    met = await deadline_of(officer, first.fact_check_id, status="met")
    owed = await deadline_of(officer, second.fact_check_id, status="open")
    assert (met["duty"], owed["duty"]) == ("fact-check", "fact-check")
    assert owed["due_on"] == str(second.fact_check_due_on)


async def test_a_duty_that_moves_back_to_a_date_that_was_missed_is_missed_again(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    key, day = uuid4(), await today()
    due_on, later = day + timedelta(days=2), day + timedelta(days=40)
    told = {"member_state": "DJI", "consent_id": key, "requested_on": day, "deferred_on": day}
    await publish(stack, ConsentRequested.model_validate(told | {"answer_due_on": due_on}))
    deadline = await deadline_of(officer, key)
    await pass_days(3)
    await deadline_of(officer, key, status="missed")
    for answer_due_on, status in ((later, "open"), (due_on, "missed")):
        deferred = ConsentDeferred.model_validate(told | {"answer_due_on": answer_due_on})
        await publish_on(stack, deferred, await today())
        await deadline_of(officer, key, status=status, due_on=str(answer_due_on))
    assert (await announced(stack, deadline["id"], 2))[-2:] == [DeadlineMissed.type] * 2
