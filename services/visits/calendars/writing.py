"""Visits and their programmes as iCalendar objects (RFC 5545, RFC 7986)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from services.visits.calendars.rules import observances
from services.visits.itineraries.models import ItineraryItem, ItineraryItemStatus
from services.visits.itineraries.service import team_of
from services.visits.missions.models import Mission, MissionStatus
from shared.reference import member_states

Programme = tuple[Mission, Sequence[ItineraryItem]]
"""A visit, and the items of it that are to be shown."""
_REFRESH = timedelta(hours=1)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""RFC 5545 allows none of them in a text."""


def calendar_of(name: str, programmes: Sequence[Programme], names: Mapping[str, str]) -> bytes:
    """The visits as all-day events and their items at their local times.

    The same visits make the same bytes, so that their digest tells whether anything changed.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//United Nations//CTC visits//EN")
    for heading in ("name", "x-wr-calname"):
        calendar.add(heading, name)
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for timezone in _time_zones(item for _, items in programmes for item in items):
        calendar.add_component(timezone)
    for mission, items in programmes:
        calendar.add_component(_visit(mission, names))
        for item in items:
            calendar.add_component(_item(mission, item, names))
    return bytes(calendar.to_ical())


def name_of(mission: Mission) -> str:
    """Where the visit goes and what it is for, as a calendar shows it."""
    return f"{member_states()[mission.member_state].name}: {mission.kind} visit"


def _visit(mission: Mission, names: Mapping[str, str]) -> Event:
    event = _event(mission, cancelled=mission.status == MissionStatus.CANCELLED)
    event.add("summary", name_of(mission))
    event.add("dtstart", mission.starts_on)
    event.add("dtend", mission.ends_on + timedelta(days=1))  # the first day that is free again
    event.add("transp", "TRANSPARENT")
    event.add("description", _text("Team", [names[key] for key in team_of(mission)]))
    return event


def _item(mission: Mission, item: ItineraryItem, names: Mapping[str, str]) -> Event:
    called_off = mission.status == MissionStatus.CANCELLED
    taken_off = item.status == ItineraryItemStatus.CANCELLED
    event = _event(item, mission, cancelled=called_off or taken_off)
    event.add("summary", _clean(item.title))
    event.add("dtstart", _moment(item.starts_local, item.starts_zone, item.starts_at))
    event.add("dtend", _moment(item.ends_local, item.ends_zone, item.ends_at))
    event.add("categories", [item.kind])
    if item.location:
        event.add("location", _clean(item.location))
    participants = [names[key] for key in item.participants]
    about = (_text("Hosts", item.hosts), _text("Team", participants), _clean(item.notes))
    event.add("description", "\n".join(filter(None, about)))
    return event


def _event(*of: Mission | ItineraryItem, cancelled: bool) -> Event:
    """What every event carries; a change of any of its records is a change of the event."""
    event = Event()
    changed_at = max(record.updated_at for record in of)
    event.add("uid", str(of[0].id))
    event.add("sequence", sum(record.version - 1 for record in of))
    # Without a METHOD, DTSTAMP is when the event last changed (RFC 5545, 3.8.7.2).
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if of[0].confidential:
        event.add("class", "CONFIDENTIAL")
    return event


def _moment(local: datetime, zone: str, instant: datetime) -> datetime:
    """The local time with its zone, or in UTC where a calendar would read another instant from it.

    A local time that clocks show twice is read as the first (RFC 5545, 3.3.5).
    """
    zoned = local.replace(tzinfo=ZoneInfo(zone))
    return zoned if zoned.astimezone(UTC) == instant else instant.astimezone(UTC)


def _time_zones(items: Iterable[ItineraryItem]) -> Iterator[Timezone]:
    """The zones of the items over the whole years that they are in."""
    days: dict[str, set[date]] = {}
    for item in items:
        days.setdefault(item.starts_zone, set()).add(item.starts_local.date())
        days.setdefault(item.ends_zone, set()).add(item.ends_local.date())
    for zone, of_zone in sorted(days.items()):
        first, last = date(min(of_zone).year, 1, 1), date(max(of_zone).year, 12, 31)
        timezone = Timezone()
        timezone.add("tzid", zone)
        for observed in observances(ZoneInfo(zone), first, last):
            part = TimezoneDaylight() if observed.daylight else TimezoneStandard()
            part.add("dtstart", observed.onset)
            part.add("tzoffsetfrom", observed.offset_from)
            part.add("tzoffsetto", observed.offset_to)
            part.add("tzname", observed.name)
            timezone.add_component(part)
        yield timezone


def _text(what: str, names: Sequence[str]) -> str:
    return _clean(f"{what}: {', '.join(names)}") if names else ""


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text)
