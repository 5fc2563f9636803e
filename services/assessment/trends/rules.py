"""When and where a trend was observed, and the end of it."""

from collections.abc import Mapping
from datetime import date

FREE_STEPS: Mapping[str, tuple[str, ...]] = {"open": ("closed",), "closed": ()}
"""The steps allowed from each state of a trend."""

SEVERITIES: Mapping[str, int] = {"low": 1, "medium": 2, "high": 3, "critical": 4}
"""The severities in their order, to sort by."""


def faults_of_trend(
    member_states: list[str], observed_from: date, observed_until: date | None, today: date
) -> list[tuple[str, str]]:
    """What is wrong with a trend (¶6, ¶18): (field, what to do), all faults at once.

    `member_states` are all that it bears on. What is observed is not to come; a period whose end
    is None goes on.
    """
    faults = []
    if not member_states:
        faults.append(("member_states", "Name at least one of member_states or regions."))
    if observed_from > today:
        faults.append(("observed_from", f"Give a date up to today, {today}."))
    if observed_until is not None and not observed_from <= observed_until <= today:
        faults.append(
            ("observed_until", f"Give a date from observed_from to today, {today}, or none.")
        )
    return faults
