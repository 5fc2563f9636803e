"""Before and after a project (¶22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

CAUTION = (
    "A score before and after a project shows what changed, not why: "
    "it does not prove that the project caused the change."
)
"""Said with every impact."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """The scores of one assessment, each from 0 to 1."""

    completed_on: date
    scores_by_theme: Mapping[str, float]
    confidential: bool


def baseline(assessments: Sequence[Assessed], theme: str, starts_on: date) -> Assessed | None:
    """The latest assessment of the theme completed by the project's start, if any (¶22).

    `assessments` are one State's, oldest heard first; of two on a day, the one heard last counts.
    """
    before = [
        assessed
        for assessed in assessments
        if assessed.completed_on <= starts_on and theme in assessed.scores_by_theme
    ]
    return max(reversed(before), key=lambda assessed: assessed.completed_on, default=None)


def shows_impact(assessed: Assessed, theme: str, project_ended_on: date) -> bool:
    """Whether the assessment tells of a project's impact (¶22): on its theme, and after its end.

    Not on the day of the end itself: it cannot be told which of the two was first.
    """
    return theme in assessed.scores_by_theme and assessed.completed_on > project_ended_on


def change(baseline_score: float | None, later_score: float) -> float | None:
    """How far the score moved, -1 to 1, to 4 decimals (¶22); None where the start is unknown."""
    return None if baseline_score is None else round(later_score - baseline_score, 4)
