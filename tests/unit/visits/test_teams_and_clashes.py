"""Who covers what, who cannot go, and which visits meet (¶4, ¶7, ¶14)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.visits.missions.organisations import ORGANISATIONS, code_of
from services.visits.missions.rules import (
    Booking,
    Days,
    Member,
    Trouble,
    faults_of_organisations,
    troubles_of_team,
    uncovered_themes,
)
from services.visits.officers.rules import may_declare

START = date(2031, 3, 3)
days = st.builds(
    lambda offset, length: Days(
        START + timedelta(days=offset), START + timedelta(days=offset + length)
    ),
    st.integers(-60, 60),
    st.integers(0, 30),
)
ANNA = Member("1", "Anna", "lead", expertise=["arms"])
WEEK = Days(START, START + timedelta(days=6))


@given(days, days)
def test_how_far_apart_is_the_same_from_both_sides_and_0_only_on_a_common_day(
    one: Days, other: Days
) -> None:
    assert one.apart(other) == other.apart(one)
    common = max(one.first, other.first) <= min(one.last, other.last)
    assert (one.apart(other) == 0) == common


@given(days, st.integers(1, 60), st.integers(0, 9))
def test_the_day_after_is_one_day_apart(one: Days, gap: int, length: int) -> None:
    first = one.last + timedelta(days=gap)
    assert one.apart(Days(first, first + timedelta(days=length))) == gap


def test_only_who_assesses_covers_a_theme() -> None:
    watching = Member("2", "Ben", "observer", expertise=["aviation"])
    flying = replace(watching, role="expert")
    assert uncovered_themes(["aviation", "arms"], [ANNA, watching]) == ["aviation"]
    assert uncovered_themes(["aviation", "arms"], [ANNA, flying]) == []
    assert uncovered_themes([], []) == []


@pytest.mark.parametrize(
    ("member", "reasons"),
    [
        (ANNA, []),
        (replace(ANNA, active=False), ["inactive"]),
        (replace(ANNA, nationalities=["NOR", "KEN"]), ["conflict_of_interest"]),
        (replace(ANNA, conflicts=["KEN"]), ["conflict_of_interest"]),
        (replace(ANNA, conflicts=["PER"]), []),
        (replace(ANNA, organisation="WCO"), ["organisation_absent"]),
        (replace(ANNA, organisation="INTERPOL"), []),
        (replace(ANNA, off_duty=[Days(WEEK.last, WEEK.last)]), ["off_duty"]),
        (replace(ANNA, off_duty=[Days(date(2031, 3, 10), date(2031, 4, 1))]), []),
    ],
)
def test_why_a_member_may_not_be_able_to_go(member: Member, reasons: list[str]) -> None:
    found = troubles_of_team([member], WEEK, "KEN", ["INTERPOL"], [])
    assert [trouble.reason for trouble in found] == reasons


@given(days, days)
def test_who_is_on_two_visits_on_one_day_is_named_with_the_other(one: Days, other: Days) -> None:
    theirs = Booking("m2", other, {"1", "9"})
    not_theirs = Booking("m3", one, {"9"})
    found = list(troubles_of_team([ANNA], one, "KEN", [], [theirs, not_theirs]))
    expected = [] if one.apart(other) else [Trouble("1", "another_visit", "m2")]
    assert found == expected


@pytest.mark.parametrize("code", ORGANISATIONS)
def test_an_organisation_has_one_code_however_it_is_written(code: str) -> None:
    assert code_of(code.lower()) == code_of(ORGANISATIONS[code].upper()) == code


def test_an_unknown_organisation_keeps_its_name_and_none_is_named_twice() -> None:
    assert code_of("African Union") == "African Union"
    faults = faults_of_organisations(["WCO", "FATF", "WCO"])
    assert [field for field, _ in faults] == ["organisations.2.organisation"]


@pytest.mark.parametrize(
    ("caller", "roles", "allowed"),
    [
        ("anna", ["cted_officer"], True),
        ("ben", ["cted_officer"], False),
        ("ben", ["cted_lead"], True),
    ],
)
def test_the_officer_declares_a_conflict_or_a_lead(
    caller: str,
    roles: list[str],
    allowed: bool,  # noqa: FBT001
) -> None:
    assert may_declare(caller, "anna", roles) is allowed
    assert may_declare("ben", None, ["cted_officer"]) is False
