"""Constraints that cannot be meant, every fault with its field."""

import math

import pytest

from services.visits.proposals.rules import (
    Bounds,
    Constraints,
    NamedState,
    NumberOfVisits,
    OfficersCapacity,
    RecentlyVisited,
    faults_of,
)

STATES = {"FJI", "KEN", "PER"}
REGIONS = {"Africa", "Americas", "Oceania"}


def fields(asked: Constraints) -> list[str]:
    return [field for field, _ in faults_of(asked, STATES, REGIONS)]


def test_sound_constraints_have_no_faults() -> None:
    asked = Constraints(
        NumberOfVisits(maximum=10, minimum=10),
        regions={"Africa": Bounds(1, 1), "Oceania": Bounds(maximum=0)},
        regional_share_tolerance=0.0,
        capacity=OfficersCapacity(0, 0, 1, 1, ("FJI",)),
        never_visited=0,
        recently_visited=RecentlyVisited(under_years=2.5, maximum=0),
        required=(NamedState("KEN", "It asked."),),
        left_out=(NamedState("PER", "Elections."), NamedState("FJI", "Visited.")),
        left_out_by_consent=("declined", "unanswered"),
    )
    assert fields(asked) == []


def test_all_faults_are_named_at_once() -> None:
    asked = Constraints(
        NumberOfVisits(maximum=-1, minimum=-2),
        regions={"Africa": Bounds(3, 2), "Atlantis": Bounds(minimum=-1)},
        regional_share_tolerance=math.nan,
        capacity=OfficersCapacity(-1, 367, 0, None, ("KEN", "XYZ")),
        never_visited=-1,
        recently_visited=RecentlyVisited(under_years=-1, maximum=61),
        required=(NamedState("KEN", "It asked."), NamedState("KEN", " ")),
        left_out=(NamedState("KEN", "Elections."), NamedState("ABC", "x" * 2001)),
        left_out_by_consent=("declined", "declined"),
    )
    assert fields(asked) == [
        "visits.maximum",
        "visits.minimum",
        "regions.Africa.minimum",
        "regions.Atlantis",
        "regions.Atlantis.minimum",
        "regional_share_tolerance",
        "capacity.officers",
        "capacity.days_each",
        "capacity.days_per_visit",
        "capacity.days_per_focused_visit",
        "never_visited",
        "recently_visited.under_years",
        "recently_visited.maximum",
        "required.1.member_state",
        "left_out.1.member_state",
        "capacity.focused.1",
        "required.0.member_state",
        "required.1.member_state",
        "required.1.reason",
        "left_out.0.member_state",
        "left_out.1.reason",
        "left_out_by_consent.1",
    ]


@pytest.mark.parametrize(("minimum", "maximum"), [(0, 0), (0, 61), (2, 1), (10**30, 10**30)])
def test_the_number_of_visits_is_one_that_a_list_can_have(minimum: int, maximum: int) -> None:
    assert fields(Constraints(NumberOfVisits(maximum, minimum)))
