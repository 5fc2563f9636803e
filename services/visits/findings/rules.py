"""What still stands of what was found."""

from dataclasses import dataclass
from datetime import date
from typing import Final

ISSUED: Final = "issued"
"""The status of a recommendation of which no change is known."""

CLOSED: Final = frozenset({"implemented", "no_longer_relevant"})
"""The statuses that close a recommendation; a gap all of whose recommendations are closed is
closed with them (¶6 speaks of existing gaps)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Gaps or trends of one severity: how many, how old, and the theme of the latest."""

    severity: str
    count: int
    latest_on: date
    latest_theme: str
    mean_age: float
    """In days; what is dated later than the day that is looked from counts as new."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A State's latest assessment; the score is the share implemented, 0 to 1."""

    score: float
    completed_on: date
