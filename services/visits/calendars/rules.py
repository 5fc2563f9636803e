"""What calendar programs are told of time zones in a visit's programme (¶7), and for how long."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MOST_DAYS: Final = 400
"""How long an address may hold: a year's visits and some. The project's own number."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Observance:
    """A time from which clocks keep one offset to UTC (RFC 5545, 3.6.5)."""

    onset: datetime
    """Local, by the clocks of just before."""
    offset_from: timedelta
    offset_to: timedelta
    name: str
    daylight: bool


def observances(zone: ZoneInfo, first: date, last: date) -> list[Observance]:
    """What the clocks of the zone keep from `first` to `last`, in order; at least one.

    Changes are looked for a day apart: two of one day that cancel each other are not seen.
    """
    found = []
    before = datetime.combine(first, time(), UTC) - _DAY
    kept = _kept(zone, before)
    found.append(
        Observance((before + kept[0]).replace(tzinfo=None), kept[0], kept[0], kept[1], kept[2])
    )
    for change in _changes(zone, before, datetime.combine(last, time(), UTC) + 2 * _DAY):
        offset, name, daylight = _kept(zone, change)
        onset = (change + kept[0]).replace(tzinfo=None)
        found.append(Observance(onset, kept[0], offset, name, daylight))
        kept = (offset, name, daylight)
    return found


def faults_of_expiry(expires_on: date, today: date) -> list[tuple[str, str]]:
    """What is wrong with the day an address expires: (field, what to do), none if it is sound."""
    latest = today + timedelta(days=MOST_DAYS)
    if today <= expires_on <= latest:
        return []
    return [("expires_on", f"Give a day from today, {today}, to {latest}.")]


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants, to the second, from which the zone's clocks keep something else."""
    day = first
    while day < last:
        low, high = day, day + _DAY
        if _kept(zone, low) != _kept(zone, high):
            while high - low > _SECOND:
                middle = low + (high - low) // 2 // _SECOND * _SECOND
                low, high = (
                    (low, middle)
                    if _kept(zone, middle) == _kept(zone, high)
                    else (
                        middle,
                        high,
                    )
                )
            yield high
        day += _DAY


def _kept(zone: ZoneInfo, instant: datetime) -> tuple[timedelta, str, bool]:
    local = instant.astimezone(zone)
    return local.utcoffset() or timedelta(), local.tzname() or "", bool(local.dst())
