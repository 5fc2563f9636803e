from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.catalogue import EVENTS
from services.notifications.deadlines.rules import (
    DUTIES,
    FREE_STEPS,
    Duty,
    approaching_on,
    duties_closed,
    duties_owed_again,
    missed_on,
)
from shared.events import StateEvent
from shared.events.topics import name_of

BY_NAME = {name_of(event.type): event for event in EVENTS}


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.name)
def test_each_duty_names_events_and_fields_that_exist(duty: Duty) -> None:
    for opening in map(BY_NAME.__getitem__, duty.opened_by):
        assert issubclass(opening, StateEvent)
        assert opening.model_fields[duty.due].annotation is date
        if duty.owed_by == "organisation":
            assert "provider" in opening.model_fields
    for name in (*duty.opened_by, *duty.closed_by):
        assert duty.about in BY_NAME[name].model_fields, name


def test_each_duty_is_named_once() -> None:
    assert len({duty.name for duty in DUTIES}) == len(DUTIES)


def test_a_met_deadline_is_neither_approaching_nor_missed_but_may_be_owed_again() -> None:
    assert FREE_STEPS["met"] == ("open",)


@pytest.mark.parametrize(
    ("days_ahead", "days_before"), [(365, 30), (61, 30), (60, 7), (30, 7), (7, 7), (3, 7)]
)
def test_the_ladder(days_ahead: int, days_before: int) -> None:
    opened_on = date(2026, 1, 1)
    due_on = opened_on + timedelta(days=days_ahead)
    assert due_on - approaching_on(due_on, opened_on) == timedelta(days=days_before)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2200, 1, 1)), st.integers(-400, 4000))
def test_the_reminder_comes_before_the_date_and_the_miss_after(opened_on: date, days: int) -> None:
    due_on = opened_on + timedelta(days=days)
    assert approaching_on(due_on, opened_on) < due_on < missed_on(due_on)


def test_a_proposal_that_lapsed_was_not_answered() -> None:
    assert duties_closed("match-accepted", {"match_id": 1})
    for outcome, closed in (("declined", 1), ("withdrawn", 1), ("lapsed", 0)):
        assert (
            len(duties_closed("match-declined", {"match_id": 1, "outcome": outcome})) == closed
        ), outcome


def test_only_final_states_close_a_recommendation() -> None:
    for status, closed in (("implemented", 1), ("no_longer_relevant", 1), ("in_progress", 0)):
        closed_now = duties_closed(
            "recommendation-status-changed", {"recommendation_id": 1, "status": status}
        )
        assert len(closed_now) == closed, status


def test_what_does_not_close_a_duty_says_that_it_is_owed_again() -> None:
    for status in ("implemented", "in_progress"):
        data = {"recommendation_id": 1, "status": status}
        closed = duties_closed("recommendation-status-changed", data)
        owed = duties_owed_again("recommendation-status-changed", data)
        assert [duty.name for duty in (*closed, *owed)] == ["recommendation"]
        assert bool(owed) == (status == "in_progress")
    assert duties_owed_again("response-submitted", {"survey_id": 1, "clarification_id": None}) == []
