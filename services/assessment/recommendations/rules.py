"""The review of a recommendation, its life cycle, and what it takes over from its gaps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

UNDER_REVIEW = frozenset({"draft", "in_review", "approved"})
"""What CTED still works on; the State and others see nothing of it."""

ENDED = frozenset({"implemented", "no_longer_relevant"})
"""What ends a recommendation is for CTED to find, as neutral, expert assessment (¶4)."""

NOT_BEGUN = frozenset({"issued", "accepted"})
"""What begins with the help for it; what is implemented in part stays so."""

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "draft": ("in_review",),
    "in_review": ("draft", "approved"),
    "approved": ("draft", "issued"),
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
    "implemented": (
        "issued",
        "accepted",
        "in_progress",
        "partly_implemented",
        "no_longer_relevant",
    ),
    "no_longer_relevant": (
        "issued",
        "accepted",
        "in_progress",
        "partly_implemented",
        "implemented",
    ),
}
"""The steps allowed from each status; an end that was found by mistake can be corrected."""


def is_for_cted_alone(current: str, wanted: str) -> bool:
    """Whether the step ends a recommendation or takes back its end."""
    return current in ENDED or wanted in ENDED


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a reported step means: a status to take, a review to ask for, or neither."""

    status: str | None = None
    review_because: str | None = None


def consequence_of_step(current: str, progress: str) -> Consequence:
    """What a State's report on steps taken means for its recommendation (¶9).

    `progress` is none, in_progress, partly_implemented or implemented, in the State's own words.
    A State's word that it is implemented asks CTED for a review: it does not end it by itself,
    and no report takes back an end.
    """
    if current in ENDED:
        return Consequence()
    if progress == "implemented" and "implemented" in FREE_STEPS[current]:
        return Consequence(review_because="The State reports that it is implemented.")
    if progress in FREE_STEPS[current] and progress not in ENDED:
        return Consequence(status=progress)
    return Consequence()


def consequence_of_verification(current: str, progress: str) -> Consequence:
    """What an officer's verification of a State's step means for its recommendation (¶9).

    `progress` is none, in_progress, partly_implemented or implemented, as verified. It is CTED's
    own finding, so that it may end a recommendation; one that had ended stays so, and where the
    verification found less than that it is implemented, a review is asked for.
    """
    if current == "implemented" and progress != "implemented":
        found = progress.replace("_", " ")
        return Consequence(review_because=f"It was verified at a follow-up: {found}.")
    if current not in ENDED and progress in FREE_STEPS[current]:
        return Consequence(status=progress)
    return Consequence()


def union(parts: Iterable[Iterable[T]]) -> list[T]:
    """Everything that the parts hold, in their order, each once."""
    return list(dict.fromkeys(item for part in parts for item in part))
