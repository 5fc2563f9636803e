"""When a visit may take place, who may go, and when its report is due (¶7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

REPORT_DAYS: Final = 60
"""¶7 asks to shorten the timelines of reports and gives no number: this is the project's own."""

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "scheduled": ("completed", "cancelled"),
    "completed": (),
    "cancelled": (),
}
"""The steps allowed from each state of a mission."""


@dataclass(frozen=True, slots=True)
class Member:
    """An officer on the team, and the State whose national the officer is."""

    officer: str
    member_state: str


def report_due_on(ends_on: date) -> date:
    """When the report of a visit that ends on `ends_on` is due: 60 days later (¶7)."""
    return ends_on + timedelta(days=REPORT_DAYS)


def faults_of_dates(starts_on: date, ends_on: date, today: date) -> list[tuple[str, str]]:
    """What is wrong with a visit's dates: (field, what to do), none if they are sound."""
    faults = []
    if starts_on < today:
        faults.append(("starts_on", f"Give today, {today}, or a later date."))
    if ends_on < starts_on:
        faults.append(("ends_on", f"Give the first day, {starts_on}, or a later date."))
    return faults


def faults_of_team(team: Sequence[Member], assessed: str) -> list[tuple[str, str]]:
    """What is wrong with a team: (field, what to do), none if it is sound.

    Nobody assesses the own State, for assessments are neutral (¶4), and each officer is named
    once.
    """
    faults = []
    for n, member in enumerate(team):
        if member.member_state == assessed:
            message = f"{member.officer} is of {assessed} and cannot assess it; send another."
            faults.append((f"team.{n}.member_state", message))
        if member.officer in {earlier.officer for earlier in team[:n]}:
            faults.append((f"team.{n}.officer", f"{member.officer} is on the team already."))
    return faults
