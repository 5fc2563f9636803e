"""More time, verification, further activities and the age of what is overdue (¶9)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.follow_up.rules import (
    AGE_CLASSES,
    FREE_STEPS,
    SILENCE,
    Faults,
    Proposed,
    Reviewed,
    age_class_of,
    comes_unreported_on,
    days_overdue,
    faults_of_activities,
    faults_of_clarification,
    faults_of_consideration,
    faults_of_extension,
    latest_extension,
    status_after_review,
    still_to_report,
)

any_day = st.dates(date(1990, 1, 1), date(2200, 12, 31))
DUE = date(2021, 8, 31)
FOUND, OPEN, ANSWERED = Reviewed("in_progress"), Reviewed(None), Reviewed(None, answered=True)


def _fields(faults: Faults) -> list[str]:
    return [field for field, _ in faults]


@pytest.mark.parametrize(
    ("due", "least_developed", "latest"),
    [
        ("2021-08-31", False, "2022-02-28"),
        ("2023-08-31", False, "2024-02-29"),
        ("2020-02-29", True, "2021-02-28"),
        ("2021-03-27", True, "2022-03-27"),
    ],
)
def test_the_longest_extension_by_calendar(due: str, latest: str, *, least_developed: bool) -> None:
    until = latest_extension(date.fromisoformat(due), least_developed=least_developed)
    assert until == date.fromisoformat(latest)


@given(any_day)
def test_who_has_less_capacity_may_have_more_time(due_on: date) -> None:
    usual = latest_extension(due_on, least_developed=False)
    assert due_on < usual < latest_extension(due_on, least_developed=True)


@pytest.mark.parametrize(
    ("until", "today", "wrong"),
    [
        ("2021-09-01", "2021-06-01", False),
        ("2021-08-31", "2021-06-01", True),
        ("2022-02-28", "2021-06-01", False),
        ("2022-03-01", "2021-06-01", True),
        ("2021-10-01", "2021-10-01", True),
        ("2021-10-02", "2021-10-01", False),
    ],
)
def test_an_extension_is_to_a_day_ahead_and_not_too_far(
    until: str, today: str, *, wrong: bool
) -> None:
    faults = faults_of_extension(
        date.fromisoformat(until), DUE, date(2022, 2, 28), date.fromisoformat(today)
    )
    assert _fields(faults) == (["until"] if wrong else [])


@pytest.mark.parametrize(
    ("last", "status"),
    [
        ([FOUND, FOUND], "verified"),
        ([FOUND, None], "reported"),
        ([FOUND, OPEN], "clarification"),
        ([None, OPEN], "clarification"),
        ([FOUND, ANSWERED], "reported"),
        ([ANSWERED, OPEN], "clarification"),
    ],
)
def test_the_last_word_on_each_step_decides(last: list[Reviewed | None], status: str) -> None:
    assert status_after_review(last) == status


@given(st.lists(st.sampled_from([FOUND, OPEN, ANSWERED, None]), min_size=1))
def test_a_review_leads_where_a_review_may_lead(last: list[Reviewed | None]) -> None:
    after = status_after_review(last)
    assert after in FREE_STEPS["clarification"]
    assert (after == "verified") == all(review == FOUND for review in last)


def test_only_what_was_asked_about_changes() -> None:
    faults = faults_of_clarification([True, True, False, False], [True, False, True, False])
    assert _fields(faults) == ["steps.1"]


@pytest.mark.parametrize(
    ("proposed", "fields"),
    [
        ([("none", [])], []),
        ([("visit", []), ("technical_assistance", ["a"])], []),
        ([("visit", []), ("none", [])], [".1.activity"]),
        ([("visit", []), ("visit", [])], [".1.activity"]),
        ([("technical_assistance", [])], [".0.recommendations"]),
        ([("visit", ["a"])], [".0.recommendations.0"]),
        (
            [("technical_assistance", ["x", "a", "a"])],
            [".0.recommendations.0", ".0.recommendations.2"],
        ),
    ],
)
def test_activities_fit_together(proposed: list[tuple[str, list[str]]], fields: list[str]) -> None:
    faults = faults_of_activities([Proposed(*one) for one in proposed], {"a", "b"})
    assert _fields(faults) == [f"activities{field}" for field in fields]


def test_the_committee_agrees_to_what_is_recommended() -> None:
    assert faults_of_consideration(["visit"], {"visit", "technical_assistance"}) == []
    assert faults_of_consideration([], {"none"}) == []
    assert _fields(faults_of_consideration(["visit"], {"none"})) == ["agreed.0"]
    assert _fields(faults_of_consideration(["visit", "visit"], {"visit"})) == ["agreed.1"]


@given(any_day)
def test_silence_is_for_the_committee_after_its_time(due_on: date) -> None:
    assert comes_unreported_on(due_on) - due_on == SILENCE


@given(any_day, st.integers(-400, 4000))
def test_every_overdue_day_is_of_one_age(due_on: date, days: int) -> None:
    late = days_overdue(due_on, due_on + timedelta(days=days))
    assert late == max(0, days)
    if late:
        of_age = [age for age in AGE_CLASSES if age.from_days <= late <= (age.to_days or late)]
        assert of_age == [age_class_of(late)]
    else:
        with pytest.raises(ValueError, match="not overdue"):
            age_class_of(late)


def test_the_ages_follow_one_another() -> None:
    assert [(age.from_days, age.to_days) for age in AGE_CLASSES] == [
        (1, 30), (31, 90), (91, 180), (181, 365), (366, None),
    ]  # fmt: skip


def test_what_is_closed_or_reported_on_is_not_to_report() -> None:
    assert still_to_report([("a", False), ("b", True), ("c", False)], {"c"}) == ["a"]
