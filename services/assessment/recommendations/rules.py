"""The life cycle of a recommendation."""

from collections.abc import Mapping
from dataclasses import dataclass

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "draft": ("issued",),
    "issued": (
        "accepted",
        "in_progress",
        "partly_implemented",
        "implemented",
        "no_longer_relevant",
    ),
    "accepted": ("in_progress", "partly_implemented", "implemented", "no_longer_relevant"),
    "in_progress": ("partly_implemented", "implemented", "no_longer_relevant"),
    "partly_implemented": ("in_progress", "implemented", "no_longer_relevant"),
    "implemented": (),
    "no_longer_relevant": (),
}
"""The steps allowed from each status; no step leads back to `issued`."""

FOR_CTED_ALONE = frozenset({"implemented", "no_longer_relevant"})
"""What ends a recommendation is for CTED to find, as neutral, expert assessment (¶4)."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a reported step means: a status to take, a review to ask for, or neither."""

    status: str | None = None
    review_because: str | None = None


def consequence_of_step(current: str, progress: str) -> Consequence:
    """What a State's report on steps taken means for its recommendation (¶9).

    `progress` is none, in_progress, partly_implemented or implemented, in the State's own words.
    A State's word that it is implemented asks CTED for a review: it does not end it by itself.
    """
    if progress == "implemented" and "implemented" in FREE_STEPS[current]:
        return Consequence(review_because="The State reports that it is implemented.")
    if progress in FREE_STEPS[current] and progress not in FOR_CTED_ALONE:
        return Consequence(status=progress)
    return Consequence()
