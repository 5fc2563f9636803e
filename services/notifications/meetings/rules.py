"""Whom the Chair invites, and what a State may answer (¶8)."""

from collections.abc import Mapping
from datetime import date

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "issued": ("accepted", "declined"),
    "accepted": ("accepted", "declined"),
    "declined": ("accepted", "declined"),
}
"""The steps allowed from each state of an invitation: a State may answer anew until the day."""


def answer_of(*, attends: bool) -> str:
    """The state of an invitation that was answered so."""
    return "accepted" if attends else "declined"


def is_over(held_on: date, today: date) -> bool:
    """Whether the meeting's day has passed, so that nobody is invited or answers any more."""
    return today > held_on
