"""The recurring obligations of the programme and when they fall due (¶13, ¶15, ¶32)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "planned": ("due", "delivered"),
    "due": ("delivered",),
    "delivered": (),
}
"""The steps allowed from each state of a briefing."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something to be given again and again, by a role."""

    code: str
    title: str
    paragraph: int
    owner: str
    recurrence: str
    """An RFC 5545 RRULE of dates by which it is to be given."""


OBLIGATIONS = (
    Obligation(
        code="oral-report-to-the-council",
        title="Oral report of the Chair to the Security Council",
        paragraph=13,
        owner="committee_chair",
        recurrence="FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1",
    ),
    Obligation(
        code="annual-review-and-forecast",
        title="Annual review and forecast of activities",
        paragraph=15,
        owner="cted_lead",
        recurrence="FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1",
    ),
    Obligation(
        code="oct-briefing",
        title="Briefing of the Committee by the Office of Counter-Terrorism",
        paragraph=32,
        owner="oct",
        recurrence="FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1",
    ),
)
"""The programme says how often; the dates are the last on which it is still kept."""


def due_dates(recurrence: str, year: int) -> list[date]:
    """The dates of the RRULE in the year, in order.

    Raises:
        ValueError: it is no RRULE of RFC 5545.
    """
    start = datetime.combine(date(year, 1, 1), time())
    end = datetime.combine(date(year, 12, 31), time())
    rule = rrulestr(recurrence, dtstart=start)
    return [occurrence.date() for occurrence in rule.between(start, end, inc=True)]


def announced_on(due_on: date) -> date:
    """When its owner is told: 30 days before, the project's own notice."""
    return due_on - timedelta(days=30)
