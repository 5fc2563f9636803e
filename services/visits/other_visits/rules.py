"""When another body's visit is entered soundly (¶14)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "planned": ("cancelled",),
    "cancelled": (),
}
"""The steps allowed from each state of another body's visit."""


def faults_of_days(starts_on: date, ends_on: date) -> list[tuple[str, str]]:
    """What is wrong with the days of a visit: (field, what to do), none if they are sound.

    They may be over: the register is of what took place as well.
    """
    if ends_on < starts_on:
        return [("ends_on", f"Give the first day, {starts_on}, or a later date.")]
    return []
