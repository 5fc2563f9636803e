"""When an item of a visit's programme may be, who takes part, and what to look at again (¶7)."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {"planned": ("cancelled",), "cancelled": ()}
"""The steps allowed from each state of an item."""

TRAVELLING: Final = frozenset({"arrival", "travel", "departure"})
"""The kinds that may also be on the day before a visit, or on the day after it."""

Fault = tuple[str, str]
FlagKind = Literal["overlap", "outside_visit", "not_on_team", "not_at_behest"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What of an item its flags follow from; the days are those of the place."""

    id: Hashable
    kind: str
    first_day: date
    last_day: date
    starts_at: datetime
    ends_at: datetime
    participants: tuple[str, ...]
    """Of the team, by their ids; nobody is everybody."""
    consultation: Hashable | None = None
    """What the State asked for, where the item is a meeting with experts."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look at again: of `person` and another `item` where it is about them."""

    kind: FlagKind
    person: str | None = None
    item: Hashable | None = None


def instants_of(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants (UTC) at which clocks of the zone show `local`, earliest first.

    One on most days. None where clocks are put forward over it, two where they are put back.
    """
    found = []
    for fold in (0, 1):
        instant = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)
        if shown == local and instant not in found:
            found.append(instant)
    return found


def instant_of(
    field: str, local: datetime, zone: ZoneInfo, occurrence: Literal["first", "second"] | None
) -> tuple[datetime, list[Fault]]:
    """The instant (UTC) that a local time means, and what is wrong with it: (field, what to do).

    A time that clocks skip is refused with the times on both sides of the gap; of one that they
    show twice the caller says which. The instant of a faulty time serves only to find more faults.
    """
    instants = instants_of(local, zone)
    if not instants:
        # Read with the offset of before the gap and of after it, such a time lies beyond it.
        after, before = (
            local.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone)
            for fold in (0, 1)
        )
        message = (
            f"Clocks in {zone.key} skip {local:%H:%M} on {local:%Y-%m-%d}; "
            f"give {before:%Y-%m-%dT%H:%M} or {after:%Y-%m-%dT%H:%M}."
        )
        return after.astimezone(UTC), [(f"{field}.local", message)]
    if len(instants) > 1 and occurrence is None:
        message = f"Clocks in {zone.key} show {local:%H:%M} twice that day; say first or second."
        return instants[0], [(f"{field}.occurrence", message)]
    return instants[-1 if occurrence == "second" else 0], []


def occurrence_of(local: datetime, zone: ZoneInfo, instant: datetime) -> Literal["first", "second"]:
    """Which of the times that clocks show as `local` the instant is; mostly there is but one."""
    instants = instants_of(local, zone)
    return "second" if len(instants) > 1 and instant == instants[-1] else "first"


def faults_of_times(item: Planned, starts_on: date, ends_on: date) -> list[Fault]:
    """What is wrong with an item's times: (field, what to do), none if they are sound.

    An item ends after it starts, and lies within the visit's days as the clocks of the place have
    them, from `starts_on` to `ends_on`; travel may take the day before and the day after as well.
    """
    faults = []
    if item.ends_at <= item.starts_at:
        faults.append(("ends_at", "An item ends after it starts; give a later time."))
    earliest, latest = _days_for(item.kind, starts_on, ends_on)
    for field, day in (("starts_at.local", item.first_day), ("ends_at.local", item.last_day)):
        if not earliest <= day <= latest:
            message = f"The visit is from {starts_on} to {ends_on}: give {earliest} to {latest}."
            faults.append((field, message))
    return faults


def faults_of_participants(participants: Sequence[str], team: Mapping[str, str]) -> list[Fault]:
    """Who cannot take part: (field, what to do); each is on the team, and named once.

    `team` has the names of its members by their ids.
    """
    faults = []
    for n, person in enumerate(participants):
        if person not in team:
            members = ", ".join(f"{name} ({key})" for key, name in team.items())
            message = f"{person} is not on the team, which is {members}."
            faults.append((f"participants.{n}", message))
        elif person in participants[:n]:
            faults.append((f"participants.{n}", f"{team[person]} takes part already."))
    return faults


def flags_of(
    items: Sequence[Planned],
    team: Collection[str],
    starts_on: date,
    ends_on: date,
    standing: Collection[Hashable],
) -> dict[Hashable, list[Flag]]:
    """What to look at again of each item, by its id.

    A person who is to be in two items at the same time, an item that the visit's dates have left
    behind, a participant who is no longer on the team, and a consultation that is not among those
    that the State asked for and did not withdraw, `standing` (¶7). One item may follow another at
    once.
    """
    flags: dict[Hashable, list[Flag]] = {item.id: [] for item in items}
    for item in items:
        earliest, latest = _days_for(item.kind, starts_on, ends_on)
        if item.first_day < earliest or item.last_day > latest:
            flags[item.id].append(Flag("outside_visit"))
        if item.consultation is not None and item.consultation not in standing:
            flags[item.id].append(Flag("not_at_behest"))
        flags[item.id] += [Flag("not_on_team", p) for p in item.participants if p not in team]
    for person in dict.fromkeys([*team, *(p for item in items for p in item.participants)]):
        for one, other in _overlaps([i for i in items if person in (i.participants or team)]):
            flags[one.id].append(Flag("overlap", person, other.id))
            flags[other.id].append(Flag("overlap", person, one.id))
    return flags


def _overlaps(items: Sequence[Planned]) -> Iterator[tuple[Planned, Planned]]:
    running: list[Planned] = []
    for item in sorted(items, key=lambda one: one.starts_at):
        running = [earlier for earlier in running if earlier.ends_at > item.starts_at]
        yield from ((earlier, item) for earlier in running)
        running.append(item)


def _days_for(kind: str, starts_on: date, ends_on: date) -> tuple[date, date]:
    margin = timedelta(days=1 if kind in TRAVELLING else 0)
    return starts_on - margin, ends_on + margin
