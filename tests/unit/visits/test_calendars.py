"""Calendars: what RFC 5545 asks of them, and the time that each program reads from them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from services.visits.calendars.rules import faults_of_expiry, observances
from services.visits.calendars.writing import calendar_of
from services.visits.itineraries.models import ItineraryItem, ItineraryItemKind, ItineraryItemStatus
from services.visits.itineraries.rules import instants_of
from services.visits.missions.models import Mission, MissionKind, MissionStatus

ZONES = [
    *("Africa/Nairobi", "America/New_York", "Australia/Lord_Howe", "Europe/Oslo"),
    *("Africa/Casablanca", "Asia/Kathmandu", "America/Santiago", "Europe/Dublin"),
]
CHANGED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def mission(**fields: object) -> Mission:
    known: dict[str, Any] = {
        "id": UUID(int=1),
        "version": 1,
        "updated_at": CHANGED_AT,
        "member_state": "KEN",
        "kind": MissionKind.COMPREHENSIVE,
        "status": MissionStatus.SCHEDULED,
        "confidential": False,
        "starts_on": date(2026, 3, 30),
        "ends_on": date(2026, 3, 31),
        "team": [{"officer_id": "a", "role": "lead"}],
    }
    return Mission(**known | fields)


def item(shown: str, zone: str, which: int = 0, **fields: object) -> ItineraryItem:
    local = datetime.fromisoformat(shown)
    instant = instants_of(local, ZoneInfo(zone))[which]
    known: dict[str, Any] = {
        "id": UUID(int=2),
        "version": 1,
        "updated_at": CHANGED_AT,
        "status": ItineraryItemStatus.PLANNED,
        "kind": ItineraryItemKind.GOVERNMENT_MEETING,
        "title": "Ministry of Justice",
        "location": "",
        "starts_local": local,
        "starts_zone": zone,
        "starts_at": instant,
        "ends_local": local + timedelta(hours=3),
        "ends_zone": zone,
        "ends_at": instant + timedelta(hours=3),
        "participants": [],
        "hosts": [],
        "notes": "",
        "confidential": False,
    }
    return ItineraryItem(**known | fields)


def written(visit: Mission, items: list[ItineraryItem]) -> bytes:
    return calendar_of("Visits", [(visit, items)], {"a": "A. Legal"})


def read(calendar: bytes) -> tuple[Component, list[Any]]:
    """The calendar and its events."""
    parsed = Calendar.from_ical(calendar)
    return parsed, parsed.walk("VEVENT")


@given(
    instant=st.datetimes(
        datetime.fromisoformat("2001-01-01"),
        datetime.fromisoformat("2036-12-31"),
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_the_latest_onset_tells_the_offset(instant: datetime, zone: ZoneInfo) -> None:
    year = instant.astimezone(zone).year
    kept = [
        observed
        for observed in observances(zone, date(year, 1, 1), date(year, 12, 31))
        if observed.onset.replace(tzinfo=UTC) - observed.offset_from <= instant
    ]
    assert kept[-1].offset_to == instant.astimezone(zone).utcoffset()
    assert kept[-1].name == instant.astimezone(zone).tzname()


def test_clocks_are_put_forward_at_the_time_before_the_change() -> None:
    spring, autumn = observances(ZoneInfo("Europe/Oslo"), date(2026, 1, 1), date(2026, 12, 31))[1:]
    assert (spring.onset, spring.daylight) == (datetime.fromisoformat("2026-03-29T02:00"), True)
    assert (autumn.onset, autumn.daylight) == (datetime.fromisoformat("2026-10-25T03:00"), False)


def test_a_visit_lasts_whole_days_and_ends_on_the_first_day_that_is_free_again() -> None:
    _, (visit,) = read(written(mission(), []))
    assert (visit["DTSTART"].dt, visit["DTEND"].dt) == (date(2026, 3, 30), date(2026, 4, 1))
    assert visit["DTSTART"].params["VALUE"] == "DATE"
    assert visit["SUMMARY"] == "Kenya: comprehensive visit"
    assert "CLASS" not in visit


def test_an_item_is_at_its_local_time_in_a_zone_that_the_calendar_explains() -> None:
    calendar, (_, event) = read(written(mission(), [item("2026-03-29T03:30", "Europe/Oslo")]))
    assert event["DTSTART"].params["TZID"] == "Europe/Oslo"
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Oslo"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}


def test_the_second_of_two_times_is_written_in_utc_for_the_zoned_one_means_the_first() -> None:
    zone = "Europe/Oslo"
    _, (_, first) = read(written(mission(), [item("2026-10-25T02:30", zone)]))
    _, (_, second) = read(written(mission(), [item("2026-10-25T02:30", zone, 1)]))
    assert first["DTSTART"].params["TZID"] == zone
    assert second["DTSTART"].to_ical() == b"20261025T013000Z"


def test_a_change_of_visit_or_item_is_a_later_revision() -> None:
    later = CHANGED_AT + timedelta(days=1)
    changed = item("2026-03-30T09:00", "Africa/Nairobi", version=3)
    _, (visit, event) = read(written(mission(version=2, updated_at=later), [changed]))
    assert (visit["SEQUENCE"], event["SEQUENCE"]) == (1, 3)
    assert visit["LAST-MODIFIED"].dt == event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt == later
    assert event["UID"] == str(UUID(int=2))


@pytest.mark.parametrize(
    ("of_visit", "of_item", "expected"),
    [
        (MissionStatus.SCHEDULED, ItineraryItemStatus.PLANNED, ["CONFIRMED", "CONFIRMED"]),
        (MissionStatus.SCHEDULED, ItineraryItemStatus.CANCELLED, ["CONFIRMED", "CANCELLED"]),
        (MissionStatus.CANCELLED, ItineraryItemStatus.PLANNED, ["CANCELLED", "CANCELLED"]),
        (MissionStatus.COMPLETED, ItineraryItemStatus.PLANNED, ["CONFIRMED", "CONFIRMED"]),
    ],
)
def test_what_is_cancelled_says_so(
    of_visit: MissionStatus, of_item: ItineraryItemStatus, expected: list[str]
) -> None:
    planned = item("2026-03-30T09:00", "Africa/Nairobi", status=of_item)
    _, events = read(written(mission(status=of_visit), [planned]))
    assert [event["STATUS"] for event in events] == expected


def test_no_text_breaks_out_of_its_property() -> None:
    title = "Justice; courts, and\r\nEND:VEVENT\nBEGIN:VALARM\x07 " + "ñandú " * 30
    made = written(mission(), [item("2026-03-30T09:00", "UTC", title=title)])
    _, events = read(made)
    assert len(events) == 2
    assert events[1]["SUMMARY"] == title.replace("\x07", "").replace("\r", "")
    lines = made.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_same_visits_make_the_same_bytes() -> None:
    items = [item("2026-03-30T09:00", zone, id=UUID(int=n)) for n, zone in enumerate(ZONES)]
    assert written(mission(), items) == written(mission(), items)


def test_an_address_holds_for_some_time_and_not_for_ever() -> None:
    today = date(2026, 3, 30)
    assert faults_of_expiry(today, today) == []
    assert faults_of_expiry(today + timedelta(days=400), today) == []
    for wrong in (today - timedelta(days=1), today + timedelta(days=401)):
        ((field, _),) = faults_of_expiry(wrong, today)
        assert field == "expires_on"
