"""Dated duties from events: opened, closed, announced once each."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.assessment.events import (
    ConfidentialityChanged,
    RecommendationIssued,
    RecommendationStatusChanged,
    ResponseReturned,
    ResponseSubmitted,
    SurveyIssued,
)
from services.assistance.events import MatchProposed
from services.notifications.events import DeadlineApproaching, DeadlineMissed
from services.visits.events import (
    FollowUpReported,
    ReportSubmitted,
    VisitCompleted,
)
from shared.clock import FileClock
from shared.embedded.stack import Stack
from shared.events import Event
from tests.service.notifications.duties import announced, deadline_of, publish_on
from tests.support.events import publish, publish_envelopes, read_event, read_events
from tests.support.stacks import client_of
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(90)
Today = Callable[[], Awaitable[date]]
PassDays = Callable[[int], Awaitable[None]]


def _survey(state: str, due_on: date, **fields: Any) -> SurveyIssued:
    return SurveyIssued(
        member_state=state, survey_id=uuid4(), instrument="oia edition 1", due_on=due_on, **fields
    )


async def test_a_duty_approaches_is_missed_and_is_still_met_late(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    due_on = await today() + timedelta(days=90)
    survey = _survey("KEN", due_on)
    await publish(stack, survey)
    deadline = await deadline_of(officer, survey.survey_id, status="open")
    assert deadline["duty"] == "survey-response"
    assert deadline["owed_by"] == "member_state"
    assert deadline["approaching_on"] == str(due_on - timedelta(days=30))

    await pass_days(61)
    approaching = await read_event(stack, DeadlineApproaching, deadline_id=deadline["id"])
    assert approaching["data"]["due_on"] == str(due_on)
    assert approaching["data"]["about_id"] == str(survey.survey_id)
    await pass_days(31)
    await read_event(stack, DeadlineMissed, deadline_id=deadline["id"])
    await deadline_of(officer, survey.survey_id, status="missed")

    answered_on, key = await today(), survey.survey_id
    answered = ResponseSubmitted(member_state="KEN", survey_id=key, submitted_on=answered_on)
    await pass_days(3)  # before the answer is heard of
    await publish_on(stack, answered, answered_on)
    late = await deadline_of(officer, survey.survey_id, status="met")
    assert late["met_on"] == str(answered_on)


async def test_a_jump_past_the_date_says_only_that_it_was_missed(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    survey = _survey("UGA", await today() + timedelta(days=20))
    await publish(stack, survey)
    deadline = await deadline_of(officer, survey.survey_id)
    await pass_days(40)
    assert await announced(stack, deadline["id"], 1) == [DeadlineMissed.type]
    # What was published before this second survey's events would have been read before them.
    second = _survey("UGA", await today() - timedelta(days=1))
    await publish(stack, second)
    other = await deadline_of(officer, second.survey_id, status="missed")
    seen = await read_events(
        stack,
        "ctc.notifications",
        lambda event: event["data"].get("deadline_id") in {deadline["id"], other["id"]},
        2,
    )
    assert [event["type"] for event in seen] == [DeadlineMissed.type] * 2


async def test_a_recommendation_whose_end_is_taken_back_is_owed_again(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    day = await today()
    near, far = (
        RecommendationIssued(
            member_state="TZA",
            recommendation_id=uuid4(),
            gap_id=uuid4(),
            theme="border-control",
            resolution=2396,
            text="Screen all travellers.",
            priority="high",
            technical_assistance_needed=False,
            issued_on=day,
            target_on=day + timedelta(days=days),
        )
        for days in (5, 20)
    )

    def now(recommendation: RecommendationIssued, previous: str, status: str) -> Event:
        return RecommendationStatusChanged(
            member_state="TZA",
            recommendation_id=recommendation.recommendation_id,
            previous=previous,
            status=status,
            changed_on=day,
        )

    await publish(stack, near, far)
    await publish(stack, *(now(one, "issued", "implemented") for one in (near, far)))
    met = await deadline_of(officer, far.recommendation_id, status="met")
    await pass_days(10)
    await publish(stack, *(now(one, "implemented", "in_progress") for one in (near, far)))
    owed = await deadline_of(officer, far.recommendation_id, status="open")
    assert (owed["id"], owed["met_on"]) == (met["id"], None)
    await deadline_of(officer, near.recommendation_id, status="missed")
    await pass_days(11)
    await read_event(stack, DeadlineMissed, deadline_id=owed["id"])


async def test_a_clarification_is_as_confidential_as_the_survey_that_it_is_asked_about(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    day = await today()
    returned = ResponseReturned(
        member_state="TZA",
        survey_id=uuid4(),
        clarification_id=uuid4(),
        reason="Say which law.",
        due_on=day + timedelta(days=20),
    )
    kept = ConfidentialityChanged(
        member_state="TZA",
        confidential=True,
        kind="survey",
        record_id=returned.survey_id,
        changed_on=day,
    )
    await publish(stack, returned)
    deadline = await deadline_of(officer, returned.clarification_id)
    async with client_of(stack, "notifications", "oct") as oct_user:
        path = f"/v1/deadlines/{deadline['id']}"
        assert (await oct_user.get(path)).status_code == 200
        await publish(stack, kept)
        await eventually(officer, path, lambda body: body["confidential"])
        assert (await oct_user.get(path)).status_code == 404


async def test_what_is_met_in_time_is_announced_by_nobody(
    stack: Stack, officer: httpx.AsyncClient, today: Today, pass_days: PassDays
) -> None:
    survey = _survey("RWA", await today() + timedelta(days=20))
    await publish(stack, survey)
    await publish(
        stack,
        ResponseSubmitted(
            member_state="RWA", survey_id=survey.survey_id, submitted_on=await today()
        ),
    )
    met = await deadline_of(officer, survey.survey_id, status="met")
    open_one = _survey("RWA", await today() + timedelta(days=20))
    await publish_on(stack, open_one, await today())
    await deadline_of(officer, open_one.survey_id, status="open")
    await pass_days(30)
    missed = await deadline_of(officer, open_one.survey_id, status="missed")
    (event,) = await read_events(
        stack,
        "ctc.notifications",
        lambda event: event["data"].get("deadline_id") in {met["id"], missed["id"]},
        1,
    )
    assert event["data"]["deadline_id"] == missed["id"]
    await deadline_of(officer, survey.survey_id, status="met")


async def test_an_answer_that_waited_out_an_outage_is_heard_before_the_duty_is_called_missed(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    due_on = await today() + timedelta(days=20)
    survey = _survey("BDI", due_on)
    await publish_on(stack, survey, await today())
    deadline = await deadline_of(officer, survey.survey_id, status="open")
    stack.kill("notifications")
    answered = ResponseSubmitted(
        member_state="BDI", survey_id=survey.survey_id, submitted_on=due_on
    )
    await publish(stack, answered)
    FileClock(stack.run_directory / "clock.json").set(
        datetime.combine(due_on + timedelta(days=2), time(12), tzinfo=UTC)
    )
    await stack.start_service("notifications")
    await deadline_of(officer, survey.survey_id, status="met")
    later = _survey("BDI", due_on)  # due already: its being missed ends the wait below
    await publish(stack, later)
    missed = await deadline_of(officer, later.survey_id, status="missed")
    (event,) = await read_events(
        stack,
        "ctc.notifications",
        lambda event: event["data"].get("deadline_id") in {deadline["id"], missed["id"]},
        1,
    )
    assert event["data"]["deadline_id"] == missed["id"]


async def test_a_duty_that_was_met_before_it_was_heard_of_is_met(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    report_id, mission_id, day = uuid4(), uuid4(), await today()
    steps = FollowUpReported(
        member_state="TZA", follow_up_id=uuid4(), report_id=report_id, reported_on=day, steps=[]
    )
    await publish(stack, steps)
    report = ReportSubmitted(
        member_state="TZA",
        report_id=report_id,
        mission_id=mission_id,
        submitted_on=day,
        follow_up_due_on=day + timedelta(days=365),
    )
    await publish(stack, report)
    follow_up = await deadline_of(officer, report_id)
    assert (follow_up["duty"], follow_up["status"]) == ("follow-up", "met")
    visit = VisitCompleted(
        member_state="TZA",
        mission_id=mission_id,
        completed_on=day,
        report_due_on=day + timedelta(days=60),
    )
    await publish(stack, visit)
    report_due = await deadline_of(officer, mission_id)
    assert (report_due["duty"], report_due["owed_by"], report_due["status"]) == (
        "visit-report",
        "cted",
        "met",
    )


def _recommendation(day: date) -> RecommendationIssued:
    return RecommendationIssued(
        member_state="BDI",
        recommendation_id=uuid4(),
        gap_id=uuid4(),
        theme="border-control",
        resolution=2396,
        text="Screen travellers.",
        priority="high",
        technical_assistance_needed=True,
        issued_on=day,
        target_on=day + timedelta(days=300),
    )


@pytest.mark.parametrize(
    ("status", "closes"), [("implemented", True), ("no_longer_relevant", True), ("accepted", False)]
)
async def test_a_recommendation_is_met_by_its_last_states_alone(
    stack: Stack, officer: httpx.AsyncClient, today: Today, status: str, *, closes: bool
) -> None:
    day = await today()
    issued = _recommendation(day)
    changed = RecommendationStatusChanged(
        member_state="BDI",
        recommendation_id=issued.recommendation_id,
        previous="issued",
        status=status,
        changed_on=day,
    )
    marker = _recommendation(day)  # of the same State on the same topic: it is heard last
    await publish(stack, issued, changed, marker)
    await deadline_of(officer, marker.recommendation_id)
    deadline = await deadline_of(officer, issued.recommendation_id)
    assert deadline["status"] == ("met" if closes else "open")


async def test_redelivery_changes_nothing(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    survey = _survey("MWI", await today() + timedelta(days=50))
    (envelope,) = await publish(stack, survey)
    await publish_envelopes(stack, envelope, envelope)
    marker = _survey("MWI", await today() + timedelta(days=50))
    await publish(stack, marker)
    await deadline_of(officer, marker.survey_id)
    listed = (await officer.get("/v1/deadlines", params={"member_state": "MWI"})).json()["items"]
    assert sorted(item["about_id"] for item in listed) == sorted(
        [str(survey.survey_id), str(marker.survey_id)]
    )
    assert {item["version"] for item in listed} == {1}


async def test_each_sees_what_it_may(
    stack: Stack, officer: httpx.AsyncClient, today: Today
) -> None:
    due_on = await today() + timedelta(days=50)
    open_one = _survey("ZMB", due_on)
    secret = _survey("ZMB", due_on, confidential=True)
    match = MatchProposed(
        member_state="ZMB",
        confidential=True,
        match_id=uuid4(),
        need_id=uuid4(),
        provider="UNODC",
        proposed_on=await today(),
        answer_due_on=due_on,
    )
    of_oct = match.model_copy(update={"match_id": uuid4(), "provider": "OCT"})
    events: list[Event] = [open_one, secret, match, of_oct]
    await publish(stack, *events)
    everything = {
        (await deadline_of(officer, about))["id"]
        for about in (open_one.survey_id, secret.survey_id, match.match_id, of_oct.match_id)
    }
    owed = await deadline_of(officer, match.match_id)
    ours = await deadline_of(officer, of_oct.match_id)
    hidden = await deadline_of(officer, secret.survey_id)
    for role, claims, expected in (
        ("committee_member", {}, everything),
        ("member_state", {"member_state": "ZMB"}, everything),
        ("member_state", {"member_state": "KEN"}, set()),
        ("partner", {"organisation": "UNODC"}, everything - {hidden["id"], ours["id"]}),
        ("partner", {"organisation": "UNDP"}, everything - {hidden["id"], owed["id"], ours["id"]}),
        ("partner", {"organisation": "OCT"}, everything - {hidden["id"], owed["id"], ours["id"]}),
        ("oct", {}, everything - {hidden["id"], owed["id"]}),
    ):
        async with client_of(stack, "notifications", role, **claims) as client:
            listed = (await client.get("/v1/deadlines", params={"member_state": "ZMB"})).json()
            assert {item["id"] for item in listed["items"]} == expected, (role, claims)
            detail = await client.get(f"/v1/deadlines/{hidden['id']}")
            assert detail.status_code == (200 if hidden["id"] in expected else 404)
    async with client_of(stack, "notifications", "civil_society") as public:
        assert (await public.get("/v1/deadlines")).status_code == 403


async def test_an_unknown_filter_is_named(officer: httpx.AsyncClient) -> None:
    answer = await officer.get("/v1/deadlines", params={"status": "late", "owner": "me"})
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"query.status", "query.owner"}
