from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.briefings.rules import OBLIGATIONS, announced_on, due_dates
from shared.auth import Role

PER_YEAR = {
    "oral-report-to-the-council": (13, 1),
    "annual-review-and-forecast": (15, 1),
    "oct-briefing": (32, 2),
}


@given(st.integers(2020, 2400))
def test_as_often_a_year_as_the_programme_says(year: int) -> None:
    for obligation in OBLIGATIONS:
        dates = due_dates(obligation.recurrence, year)
        assert (obligation.paragraph, len(dates)) == PER_YEAR[obligation.code]
        assert all(due_on.year == year for due_on in dates)


def test_each_is_owned_by_a_role_and_announced_a_month_before() -> None:
    assert {obligation.owner for obligation in OBLIGATIONS} <= {role.value for role in Role}
    assert announced_on(date(2026, 12, 31)) == date(2026, 12, 1)


def test_what_is_no_rrule_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown parameter"):
        due_dates("FREQ=YEARLY;BYWEATHER=1", 2026)
