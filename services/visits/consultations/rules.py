"""How a consultation comes about: at the behest of the assessed State alone (¶7)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("arranged", "withdrawn"),
    "arranged": ("arranged", "held", "withdrawn"),
    "held": (),
    "withdrawn": (),
}
"""The steps allowed from each state: each begins with the State's request."""


def faults_of_meeting_day(meets_on: date, today: date, ends_on: date) -> list[tuple[str, str]]:
    """What is wrong with the day of a meeting: (field, what to do), none if it is sound.

    It complements the visit (¶7), and so is held until its last day, `ends_on`.
    """
    if not today <= meets_on <= ends_on:
        return [("meets_on", f"Give a day from today, {today}, to the visit's last, {ends_on}.")]
    return []


def faults_of_held_day(held_on: date, requested_on: date, today: date) -> list[tuple[str, str]]:
    """What is wrong with the day on which a meeting was held, after it was asked for (¶7)."""
    if not requested_on <= held_on <= today:
        return [("held_on", f"Give a day from that of the request, {requested_on}, to {today}.")]
    return []
