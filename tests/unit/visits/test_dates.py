"""Due dates by calendar (¶9) and by days (¶7)."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.follow_up.rules import follow_up_due_on
from services.visits.missions.rules import report_due_on

any_day = st.dates(date(1990, 1, 1), date(2200, 12, 31))
month_ends = st.builds(
    lambda year, month: date(year, month, calendar.monthrange(year, month)[1]),
    st.integers(1990, 2200),
    st.integers(1, 12),
)


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2020-03-27", "2021-03-27"),
        ("2020-02-29", "2021-02-28"),
        ("2019-02-28", "2020-02-28"),
        ("2020-12-31", "2021-12-31"),
        ("2019-03-01", "2020-03-01"),
    ],
)
def test_twelve_months_later_by_calendar(submitted: str, due: str) -> None:
    assert follow_up_due_on(date.fromisoformat(submitted)) == date.fromisoformat(due)


@given(any_day | month_ends)
def test_the_day_of_the_month_is_kept_but_for_29_february(submitted: date) -> None:
    due = follow_up_due_on(submitted)
    assert (due.year, due.month) == (submitted.year + 1, submitted.month)
    leap_day = (submitted.month, submitted.day) == (2, 29)
    assert due.day == (28 if leap_day else submitted.day)


@given(any_day | month_ends, any_day | month_ends)
def test_who_submits_later_is_never_due_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert follow_up_due_on(first) <= follow_up_due_on(second)


@given(any_day)
def test_a_report_is_due_sixty_days_after_the_visit(ends_on: date) -> None:
    assert report_due_on(ends_on) - ends_on == timedelta(days=60)
