"""When an item may be, what a local time means, and who would be in two places."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.itineraries.rules import (
    Flag,
    Planned,
    faults_of_participants,
    faults_of_times,
    flags_of,
    instant_of,
    instants_of,
    occurrence_of,
)

NAIROBI, OSLO, LORD_HOWE = map(ZoneInfo, ("Africa/Nairobi", "Europe/Oslo", "Australia/Lord_Howe"))
ZONES = [
    *("Africa/Nairobi", "America/New_York", "Australia/Lord_Howe", "Europe/Oslo", "Pacific/Apia"),
    *("Asia/Kathmandu", "America/Santiago", "Africa/Casablanca", "UTC"),
]
FIRST, LAST = date(2026, 3, 25), date(2026, 3, 29)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def item(key: str, start: str, end: str, *people: str, kind: str = "site_visit") -> Planned:
    """An item in Nairobi (UTC+3)."""
    starts, ends = local(start), local(end)
    shift = timedelta(hours=3)
    return Planned(
        key,
        kind,
        starts.date(),
        ends.date(),
        starts.replace(tzinfo=UTC) - shift,
        ends.replace(tzinfo=UTC) - shift,
        people,
    )


@given(
    instant=st.datetimes(local("1990-01-01"), local("2037-01-01"), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
def test_whatever_a_clock_shows_leads_back_to_its_instant(
    instant: datetime, zone: ZoneInfo
) -> None:
    shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    instants = instants_of(shown, zone)
    assert instant in instants
    assert instants == sorted(instants)
    which = occurrence_of(shown, zone, instant)
    assert instant_of("starts_at", shown, zone, which) == (instant, [])


@pytest.mark.parametrize(
    ("zone", "shown", "instants"),
    [
        (NAIROBI, "2026-05-04T09:30", ["2026-05-04T06:30Z"]),
        (OSLO, "2026-03-29T02:30", []),
        (OSLO, "2026-03-29T03:00", ["2026-03-29T01:00Z"]),
        (OSLO, "2026-10-25T02:00", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"]),
        (OSLO, "2026-10-25T03:00", ["2026-10-25T02:00Z"]),
        (LORD_HOWE, "2026-04-05T01:45", ["2026-04-04T14:45Z", "2026-04-04T15:15Z"]),
        (ZoneInfo("Pacific/Apia"), "2011-12-30T12:00", []),
    ],
)
def test_local_times_about_a_change_of_the_clocks(
    zone: ZoneInfo, shown: str, instants: list[str]
) -> None:
    assert instants_of(local(shown), zone) == [datetime.fromisoformat(one) for one in instants]


def test_a_skipped_time_is_refused_with_both_ways_out() -> None:
    _, faults = instant_of("starts_at", local("2026-03-29T02:30"), OSLO, None)
    assert faults == [
        (
            "starts_at.local",
            (
                "Clocks in Europe/Oslo skip 02:30 on 2026-03-29; "
                "give 2026-03-29T01:30 or 2026-03-29T03:30."
            ),
        )
    ]


def test_of_a_time_shown_twice_the_caller_says_which() -> None:
    shown = local("2026-10-25T02:30")
    _, ((field, message),) = instant_of("ends_at", shown, OSLO, None)
    assert field == "ends_at.occurrence"
    assert "first or second" in message
    first, second = (instant_of("ends_at", shown, OSLO, which)[0] for which in ("first", "second"))
    assert second - first == timedelta(hours=1)


def test_only_travel_leaves_the_visits_days() -> None:
    before = item("a", "2026-03-24T22:00", "2026-03-25T06:00", kind="travel")
    assert faults_of_times(before, FIRST, LAST) == []
    meeting = item("b", "2026-03-24T22:00", "2026-03-30T01:00", kind="government_meeting")
    assert [field for field, _ in faults_of_times(meeting, FIRST, LAST)] == [
        "starts_at.local",
        "ends_at.local",
    ]
    too_early = item("c", "2026-03-23T22:00", "2026-03-23T22:00", kind="travel")
    assert [field for field, _ in faults_of_times(too_early, FIRST, LAST)] == [
        "ends_at",
        "starts_at.local",
        "ends_at.local",
    ]


def test_participants_are_of_the_team_and_named_once() -> None:
    faults = faults_of_participants(["a", "e", "a"], {"a": "Ada", "b": "Ben"})
    assert [field for field, _ in faults] == ["participants.1", "participants.2"]
    assert "Ada (a), Ben (b)" in faults[0][1]


def test_nobody_named_is_everybody_and_one_item_may_follow_another() -> None:
    items = [
        item("all", "2026-03-25T09:00", "2026-03-25T11:00"),
        item("ada", "2026-03-25T10:00", "2026-03-25T12:00", "Ada"),
        item("ben", "2026-03-25T11:00", "2026-03-25T12:00", "Ben"),
    ]
    flags = flags_of(items, ["Ada", "Ben"], FIRST, LAST, [])
    assert flags == {
        "all": [Flag("overlap", "Ada", "ada")],
        "ada": [Flag("overlap", "Ada", "all")],
        "ben": [],
    }


def test_what_changed_dates_and_a_changed_team_leave_behind_is_flagged() -> None:
    items = [item("a", "2026-03-30T09:00", "2026-03-30T11:00", "Zoe")]
    assert flags_of(items, ["Ada"], FIRST, LAST, []) == {
        "a": [Flag("outside_visit"), Flag("not_on_team", "Zoe")]
    }


def test_a_consultation_that_the_state_no_longer_asks_for_is_flagged() -> None:
    known = item("a", "2026-03-25T09:00", "2026-03-25T11:00", kind="consultation")
    items = [replace(known, consultation="asked"), replace(known, id="b", consultation="gone")]
    flags = flags_of(items, [], FIRST, LAST, ["asked"])
    assert flags == {"a": [], "b": [Flag("not_at_behest")]}


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 10), st.sets(st.sampled_from("ABC"))),
        max_size=12,
    )
)
def test_overlaps_are_those_of_each_pair(spans: list[tuple[int, int, set[str]]]) -> None:
    start = datetime(2026, 3, 25, tzinfo=UTC)
    items = [
        Planned(
            n,
            "site_visit",
            FIRST,
            FIRST,
            start + timedelta(hours=begins),
            start + timedelta(hours=begins + hours),
            tuple(people),
        )
        for n, (begins, hours, people) in enumerate(spans)
    ]
    flags = flags_of(items, ["A", "B", "C"], FIRST, LAST, [])
    for one in items:
        found = {(flag.person, flag.item) for flag in flags[one.id]}
        expected = {
            (person, other.id)
            for other in items
            for person in "ABC"
            if other is not one
            and one.starts_at < other.ends_at
            and other.starts_at < one.ends_at
            and person in (one.participants or "ABC")
            and person in (other.participants or "ABC")
        }
        assert found == expected
        assert len(found) == len(flags[one.id])
