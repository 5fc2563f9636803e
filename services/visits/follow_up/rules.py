"""When the information on steps taken is due, and what it must name (¶9)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta

MONTHS: Final = 12
"""¶9: within 12 months of the submission of the report."""

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("due", "reported"),
    "due": ("reported",),
    "reported": ("considered",),
    "considered": (),
}
"""The steps allowed from each state of a follow-up; it may be reported before it is due."""


def follow_up_due_on(submitted_on: date) -> date:
    """The same day 12 months later, by calendar; 29 February becomes 28 February (¶9)."""
    return submitted_on + relativedelta(months=MONTHS)


def faults_of_steps(reported: Sequence[str], known: Collection[str]) -> list[tuple[str, str]]:
    """What is wrong with the recommendations reported on: (field, what to do), by their ids.

    Each is one of the recommendations to the State, `known`, and is reported on once.
    """
    faults = []
    for n, recommendation_id in enumerate(reported):
        if recommendation_id not in known:
            message = "No such recommendation to this State; see the follow-up's recommendations."
            faults.append((f"steps.{n}.recommendation_id", message))
        elif recommendation_id in reported[:n]:
            faults.append((f"steps.{n}.recommendation_id", "Report on each recommendation once."))
    return faults
