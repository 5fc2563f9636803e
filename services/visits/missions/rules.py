"""When a visit may take place, who may go, what it clashes with, when its report is due (¶7)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

REPORT_DAYS: Final = 60
"""¶7 asks to shorten the timelines of reports and gives no number: this is the project's own."""

CLASH_DAYS: Final = 14
"""How many days apart two visits to a State still burden it as one (¶14); the project's own."""

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "scheduled": ("completed", "cancelled"),
    "completed": (),
    "cancelled": (),
}
"""The steps allowed from each state of a mission."""

FREE_STEPS_OF_AN_ITEM: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("done", "not_applicable"),
    "done": ("open",),
    "not_applicable": ("open",),
}
"""The steps allowed from each state of an item of a checklist."""


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included."""

    first: date
    last: date

    def apart(self, other: "Days") -> int:
        """How many days are between the two, 1 from one day to the next: 0 if they overlap."""
        return max(0, (other.first - self.last).days, (self.first - other.last).days)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on a team, as the register has the person at present."""

    officer_id: str
    name: str
    role: str
    organisation: str = "CTED"
    nationalities: Collection[str] = ()
    conflicts: Collection[str] = ()
    """The States with which the person has declared a conflict of interest."""
    expertise: Collection[str] = ()
    off_duty: Collection[Days] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Booking:
    """Another scheduled visit, and who is on its team."""

    mission_id: str
    days: Days
    officers: Collection[str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a member of a team may not be able to go; on which other visit, if that is why."""

    officer_id: str
    reason: str
    mission_id: str | None = None


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


def faults_of_team(team: Sequence[Member | None], assessed: str) -> list[tuple[str, str]]:
    """What is wrong with a team, with None for who is not in the register: (field, what to do).

    Nobody assesses the own State, be it by one nationality of several, or a State with which the
    person has a conflict of interest, for assessments are neutral (¶4). One member leads, and
    each is named once.
    """
    faults = []
    for n, member in enumerate(team):
        field = f"team.{n}.officer_id"
        if member is None:
            faults.append((field, "No such officer; see /v1/officers."))
            continue
        if reason := _reason_not_to_assess(member, assessed):
            faults.append((field, f"{reason}; send another."))
        if not member.active:
            faults.append((field, f"{member.name} is no longer active; send another."))
        if any(other and other.officer_id == member.officer_id for other in team[:n]):
            faults.append((field, f"{member.name} is on the team already."))
    if (leads := sum(member is not None and member.role == "lead" for member in team)) != 1:
        faults.append(("team", f"Give the role of lead to one member, not to {leads}."))
    return faults


def _reason_not_to_assess(member: Member, assessed: str) -> str | None:
    if assessed in member.nationalities:
        return f"{member.name} is a national of {assessed} and cannot assess it"
    if assessed in member.conflicts:
        return f"{member.name} declared a conflict of interest with {assessed}"
    return None


def faults_of_organisations(named: Sequence[str]) -> list[tuple[str, str]]:
    """Which organisations are named again: (field, what to do)."""
    return [
        (f"organisations.{n}.organisation", f"{name} is named already.")
        for n, name in enumerate(named)
        if name in named[:n]
    ]


def uncovered_themes(themes: Collection[str], team: Collection[Member]) -> list[str]:
    """The themes of a visit's scope that nobody on the team is expert in, in their order.

    Observers do not assess, so that theirs does not count. It is a warning and no refusal: a team
    may grow, or hear experts on the way.
    """
    covered = {theme for member in team if member.role != "observer" for theme in member.expertise}
    return [theme for theme in themes if theme not in covered]


def troubles_of_team(
    team: Collection[Member],
    days: Days,
    assessed: str,
    taking_part: Collection[str],
    others: Collection[Booking],
) -> Iterator[Trouble]:
    """Why members of a team may not be able to go on a visit on these days, whatever came up.

    `taking_part` are the organisations that were invited and have not declined. `others` are the
    other scheduled visits: somebody on two of them on the same day is named on both.
    """
    for member in team:
        known = member.officer_id
        for other in others:
            if known in other.officers and not days.apart(other.days):
                yield Trouble(known, "another_visit", other.mission_id)
        if any(not days.apart(absence) for absence in member.off_duty):
            yield Trouble(known, "off_duty")
        if not member.active:
            yield Trouble(known, "inactive")
        if _reason_not_to_assess(member, assessed):
            yield Trouble(known, "conflict_of_interest")
        if member.organisation not in {"CTED", *taking_part}:
            yield Trouble(known, "organisation_absent")
