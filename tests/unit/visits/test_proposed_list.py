"""The proposed list against every list there is, on few States; and what its answer says."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import compress, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.visits.proposals.explaining import Conflicting, Outcome, difference, proposed_list
from services.visits.proposals.limits import Limit, Row, limits_of
from services.visits.proposals.rules import (
    Bounds,
    Candidate,
    Constraints,
    NamedState,
    NumberOfVisits,
    OfficersCapacity,
    RecentlyVisited,
)
from services.visits.proposals.solving import Undecided, best_list, conflicts_of

ON = date(2026, 6, 1)
REGIONS = ["Africa", "Asia", "Oceania"]
LONGEST = 5
States = list[Candidate]


@st.composite
def worlds(draw: st.DrawFn) -> States:
    """Up to eight States by rank, many of the same score."""
    scores = draw(st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5]), min_size=1, max_size=8))
    return [
        Candidate(
            member_state=f"S{n}",
            position=n + 1,
            score=score,
            region=draw(st.sampled_from(REGIONS)),
            visited_on=draw(st.sampled_from([None, date(2025, 1, 1), date(2010, 1, 1)])),
            consent=draw(st.sampled_from([None, None, "unanswered", "declined"])),
        )
        for n, score in enumerate(sorted(scores, reverse=True))
    ]


def some(most: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(0, most)


named = st.lists(st.integers(0, 7).map(lambda n: NamedState(f"S{n}", "So decided.")), max_size=2)
constraints = st.builds(
    Constraints,
    visits=st.builds(NumberOfVisits, maximum=st.integers(1, LONGEST), minimum=st.integers(0, 3)),
    regions=st.dictionaries(
        st.sampled_from(REGIONS), st.builds(Bounds, minimum=some(3), maximum=some(3)), max_size=2
    ),
    regional_share_tolerance=st.none() | st.sampled_from([0.0, 0.1, 0.25, 1.0]),
    capacity=st.none()
    | st.builds(
        OfficersCapacity,
        officers=st.integers(1, 4),
        days_each=st.integers(5, 20),
        days_per_visit=st.integers(5, 20),
        days_per_focused_visit=st.integers(1, 10),
        focused=st.lists(st.sampled_from(["S0", "S1", "S5"]), unique=True).map(tuple),
    ),
    never_visited=some(3),
    recently_visited=st.none()
    | st.builds(RecentlyVisited, under_years=st.just(5.0), maximum=st.integers(0, 2)),
    required=named.map(tuple),
    left_out=named.map(tuple),
    left_out_by_consent=st.lists(st.sampled_from(["unanswered", "declined"]), unique=True).map(
        tuple
    ),
)


def faults_against(asked: Constraints, world: States, listed: States) -> Iterator[str]:
    """The constraints, by their fields, that a list does not keep to: by counting."""
    codes = {state.member_state for state in listed}
    if len(listed) > asked.visits.maximum:
        yield "visits.maximum"
    if len(listed) < asked.visits.minimum:
        yield "visits.minimum"
    for region, bounds in asked.regions.items():
        count = sum(state.region == region for state in listed)
        if count < (bounds.minimum or 0):
            yield f"regions.{region}.minimum"
        if bounds.maximum is not None and count > bounds.maximum:
            yield f"regions.{region}.maximum"
    if (tolerance := asked.regional_share_tolerance) is not None:
        for region in {state.region for state in world}:
            count = sum(state.region == region for state in listed)
            share = sum(state.region == region for state in world) / len(world)
            low, high = (share - tolerance) * len(listed), (share + tolerance) * len(listed)
            if not math.floor(low + 1e-9) <= count <= math.ceil(high - 1e-9):
                yield "regional_share_tolerance"
                break
    if (capacity := asked.capacity) is not None:
        focused = codes & {*capacity.focused}
        days = (len(codes) - len(focused)) * capacity.days_per_visit
        days += len(focused) * (capacity.days_per_focused_visit or 0)
        if days > capacity.officers * capacity.days_each:
            yield "capacity"
    if sum(state.visited_on is None for state in listed) < (asked.never_visited or 0):
        yield "never_visited"
    if (recent := asked.recently_visited) is not None:
        lately = sum(state.visited_on == date(2025, 1, 1) for state in listed)
        if lately > recent.maximum:
            yield "recently_visited"
    yield from (
        f"required.{n}" for n, o in enumerate(asked.required) if o.member_state not in codes
    )
    yield from (f"left_out.{n}" for n, o in enumerate(asked.left_out) if o.member_state in codes)
    for n, consent in enumerate(asked.left_out_by_consent):
        if any(state.consent == consent for state in listed):
            yield f"left_out_by_consent.{n}"


def all_lists(asked: Constraints, world: States) -> list[tuple[tuple[bool, ...], set[str]]]:
    """Every list there could be, those that have the first States by rank first."""
    return [
        (choice, {*faults_against(asked, world, [*compress(world, choice)])})
        for choice in product([True, False], repeat=len(world))
    ]


def best_of(
    lists: list[tuple[tuple[bool, ...], set[str]]], world: States, kept: set[str], longest: int
) -> tuple[int, ...] | None:
    """The first list by rank of those with most points that keep to the named constraints."""
    free = [choice for choice, broken in lists if not broken & kept and sum(choice) <= longest]
    points = [round(state.score * 10) for state in world]
    best = max(free, key=lambda choice: sum(compress(points, choice)), default=None)
    return None if best is None else tuple(compress(range(len(world)), best))


@settings(max_examples=150)
@given(worlds(), constraints)
def test_the_answer_is_that_of_trying_every_list(world: States, asked: Constraints) -> None:
    lists = all_lists(asked, world)
    limits = limits_of(asked, world, ON)
    names = {limit.name for limit in limits}
    points = [round(state.score * 10) for state in world]
    found = best_list(points, limits, LONGEST)
    expected = best_of(lists, world, names, LONGEST)
    assert (found and found.listed) == expected
    if found is not None:
        assert found.proven
        assert found.total == sum(points[state] for state in found.listed)
        assert conflicts_of(limits) == []
        explained(proposed_list(asked, world, ON, LONGEST), lists, world)
        return
    conflicts = [{limit.name for limit in conflict} for conflict in conflicts_of(limits)]
    assert conflicts
    assert sum(map(len, conflicts)) == len(set().union(*conflicts))
    for conflict in conflicts:
        assert best_of(lists, world, conflict, len(world)) is None
        for name in conflict:
            assert best_of(lists, world, conflict - {name}, len(world)) is not None
    assert best_of(lists, world, names - set().union(*conflicts), len(world)) is not None
    with pytest.raises(Conflicting):
        proposed_list(asked, world, ON, LONGEST)


def explained(
    outcome: Outcome, lists: list[tuple[tuple[bool, ...], set[str]]], world: States
) -> None:
    """Check each reason against what trying every list gives."""
    names = {cost.constraint for cost in outcome.costs}
    listed = {entry.member_state for entry in outcome.proposed}
    score = {state.member_state: state.score for state in world}

    def without(*dropped: str) -> set[str]:
        best = best_of(lists, world, names - {*dropped}, LONGEST)
        assert best is not None
        return {world[state].member_state for state in best}

    for cost in outcome.costs:
        other = without(cost.constraint)
        assert ({*cost.entered}, {*cost.left}) == (other - listed, listed - other)
        assert cost.cost == pytest.approx(
            sum(score[state] for state in other) - sum(score[state] for state in listed)
        )
        assert cost.cost >= 0
        assert cost.binds == (other != listed)
    for entry in outcome.proposed:
        assert (entry.basis == "rank") == (entry.position <= len(listed))
        assert (entry.basis == "constraint") <= bool(entry.constraints)
        assert all(entry.member_state not in without(name) for name in entry.constraints)
    passed = {entry.member_state for entry in outcome.passed_over}
    assert passed == {state.member_state for state in world[: len(listed)]} - listed
    for entry_out in outcome.passed_over:
        code, reasons = entry_out.member_state, {*entry_out.constraints}
        assert reasons
        if not any(code in without(name) for name in reasons):
            assert code not in without(*(names - reasons))
            for name in reasons:
                assert code in without(*(names - reasons), name)


def ranked(count: int) -> States:
    """States of the three regions in turn, each of its own score."""
    return [
        Candidate(f"S{n}", n + 1, round(0.9 - n / (2 * count), 6), REGIONS[n % 3])
        for n in range(count)
    ]


def test_of_equal_lists_the_one_with_the_first_state_by_rank() -> None:
    """First and fourth have as much as second and third; one of each region may be on it."""
    world = [
        Candidate("A", 1, 0.4, "Africa"),
        Candidate("B", 2, 0.3, "Africa"),
        Candidate("C", 3, 0.3, "Asia"),
        Candidate("D", 4, 0.2, "Asia"),
    ]
    asked = Constraints(
        NumberOfVisits(2),
        capacity=OfficersCapacity(1, 6, 3, 2, ("D",)),
        left_out=(NamedState("A", "Elections."),),
    )
    assert [s.member_state for s in proposed_list(asked, world, ON).proposed] == ["B", "C"]
    asked = Constraints(NumberOfVisits(2), capacity=OfficersCapacity(1, 6, 4, 2, ("C", "D")))
    listed = proposed_list(asked, world, ON).proposed
    assert [state.member_state for state in listed] == ["A", "C"]


def test_the_answer_is_the_same_each_time() -> None:
    world = ranked(120)
    asked = Constraints(
        NumberOfVisits(12, 12),
        regions={"Asia": Bounds(maximum=2), "Oceania": Bounds(minimum=6)},
        capacity=OfficersCapacity(5, 50, 23, 11, tuple(f"S{n}" for n in range(0, 120, 7))),
    )
    first = proposed_list(asked, world, ON)
    assert first.proven
    assert all(proposed_list(asked, world, ON) == first for _ in range(3))


def test_a_bound_is_stated_where_the_best_is_not_proven() -> None:
    """Every State takes its own amount of four things, so that the search is long."""
    chance = random.Random(3)
    points = sorted((chance.randrange(1_000_000) for _ in range(193)), reverse=True)
    limits = [
        Limit(name, "", "", (Row(np.array(chance.choices(range(1000, 3000), k=193)), high=40_000),))
        for name in "abcd"
    ]
    early, later = (best_list(points, limits, 60, effort=effort) for effort in (0.01, 0.1))
    assert early is not None
    assert later is not None
    assert not early.proven
    assert early.total <= later.total <= min(early.bound, later.bound)
    assert best_list(points, limits, 60, effort=0.01) == early
    with pytest.raises(Undecided):
        best_list(points, limits, 60, effort=1e-5)


@pytest.mark.parametrize(
    ("asked", "conflicting"),
    [
        (
            Constraints(
                NumberOfVisits(5),
                regions={region: Bounds(minimum=2) for region in REGIONS},
                never_visited=1,
            ),
            [{"visits.maximum", *(f"regions.{region}.minimum" for region in REGIONS)}],
        ),
        (Constraints(NumberOfVisits(20), never_visited=13), [{"never_visited"}]),
        (
            Constraints(NumberOfVisits(9, 8), capacity=OfficersCapacity(3, 20, 10)),
            [{"visits.minimum", "capacity"}],
        ),
        (
            Constraints(
                NumberOfVisits(9, 8),
                capacity=OfficersCapacity(3, 20, 10),
                required=(NamedState("S1", "Asked."), NamedState("S2", "Asked.")),
                regions={"Asia": Bounds(maximum=0)},
            ),
            [{"visits.minimum", "capacity"}, {"regions.Asia.maximum", "required.0"}],
        ),
    ],
)
def test_what_conflicts_is_named(asked: Constraints, conflicting: list[set[str]]) -> None:
    with pytest.raises(Conflicting) as refused:
        proposed_list(asked, ranked(12), ON)
    named = [{limit.name for limit in conflict} for conflict in refused.value.conflicts]
    assert sorted(named, key=sorted) == sorted(conflicting, key=sorted)


def test_each_state_is_told_why_it_is_in_or_out() -> None:
    asked = Constraints(
        NumberOfVisits(4),
        regions={"Africa": Bounds(maximum=0)},
        required=(NamedState("S11", "It asked."),),
    )
    outcome = proposed_list(asked, ranked(12), ON)
    assert {entry.member_state: (entry.basis, entry.constraints) for entry in outcome.proposed} == {
        "S1": ("rank", ()),
        "S2": ("rank", ()),
        "S4": ("constraint", ("regions.Africa.maximum",)),
        "S11": ("constraint", ("required.0",)),
    }
    assert {entry.member_state: entry.constraints for entry in outcome.passed_over} == {
        "S0": ("regions.Africa.maximum",),
        "S3": ("regions.Africa.maximum",),
    }
    costs = {cost.constraint: cost for cost in outcome.costs}
    assert (costs["required.0"].entered, costs["required.0"].left) == (("S5",), ("S11",))
    assert costs["required.0"].cost == pytest.approx(0.25)
    assert (costs["visits.maximum"].reached, costs["visits.maximum"].asks) == (
        4,
        "at most 4 visits",
    )


def test_a_state_may_move_up_for_no_single_reason() -> None:
    asked = Constraints(
        NumberOfVisits(2), left_out=(NamedState("S0", "Elections."), NamedState("S1", "Visited."))
    )
    proposed = proposed_list(asked, ranked(6), ON).proposed
    assert [(entry.member_state, entry.basis, entry.constraints) for entry in proposed] == [
        ("S2", "next_by_rank", ()),
        ("S3", "constraint", ("left_out.0", "left_out.1")),
    ]


def test_a_state_kept_out_twice_is_told_of_one_that_is_enough() -> None:
    declined = replace(ranked(6)[0], consent="declined")
    asked = Constraints(
        NumberOfVisits(2),
        left_out=(NamedState("S0", "Elections."),),
        left_out_by_consent=("declined",),
    )
    (passed,) = proposed_list(asked, [declined, *ranked(6)[1:]], ON).passed_over
    assert (passed.member_state, passed.constraints) == ("S0", ("left_out_by_consent.0",))
    assert "even if this alone were asked" in passed.because


def test_a_difference_tells_who_came_who_went_and_who_moved() -> None:
    world = ranked(6)
    other = [
        Candidate(state.member_state, n + 1, world[n].score, state.region)
        for n, state in enumerate([world[5], world[1], world[0], *world[2:5]])
    ]
    asked = Constraints(NumberOfVisits(3))
    before, after = proposed_list(asked, world, ON), proposed_list(asked, other, ON)
    found = difference(before, after, world, other)
    assert [state.member_state for state in found.entered] == ["S5"]
    assert [state.member_state for state in found.left] == ["S2"]
    (moved,) = found.moved
    assert (moved.member_state, moved.position_before, moved.position_after) == ("S0", 1, 3)
    assert found.total_after == found.total_before
