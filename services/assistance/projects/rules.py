"""The steps of a project, and what a provider commits to."""

from collections.abc import Mapping
from datetime import date

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "running": ("completed", "cancelled"),
    "completed": (),
    "cancelled": (),
}
"""The steps allowed from each state of a project (¶22)."""


def date_faults(starts_on: date, ends_on: date, proposed_on: date) -> list[tuple[str, str]]:
    """Every fault of a project's dates, as field and remedy (¶25)."""
    found = []
    if starts_on < proposed_on:
        found.append(("starts_on", f"Give {proposed_on}, when the match was proposed, or later."))
    if ends_on <= starts_on:
        found.append(("ends_on", f"Give a date after the start, {starts_on}."))
    return found
