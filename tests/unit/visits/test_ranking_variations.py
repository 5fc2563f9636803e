"""Two rankings compared, and one ranking under weights that vary."""

from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.visits.findings.rules import Assessed, Found
from services.visits.ranking.comparison import compare, kendall_tau
from services.visits.ranking.factors import Standing
from services.visits.ranking.rules import RISK_BASED, Rank, Weighable, rank
from services.visits.ranking.sensitivity import sensitivity

ON = date(2020, 6, 30)


def placed(*states: str) -> list[Rank]:
    return [Rank(n, state, 1 - n / 100, ()) for n, state in enumerate(states, start=1)]


def a_world(count: int, seed: int = 1) -> Weighable:
    """States of which all kinds of things are known."""
    random = np.random.default_rng(seed)
    known = []
    for n in range(count):
        visited = random.random() < 0.6
        known.append(
            Standing(
                f"S{n:03}",
                gaps=[Found("medium", int(random.integers(1, 9)), ON, "arms", 10.0)],
                trends=[Found("low", int(random.integers(1, 9)), ON, "arms", 100.0)],
                assessed=Assessed(float(random.random()), ON),
                visits=int(visited),
                visited_on=date(int(random.integers(2008, 2020)), 5, 1) if visited else None,
            )
        )
    return Weighable.of(known, ON)


def test_a_comparison_says_who_moves_and_who_enters_the_first() -> None:
    found = compare(placed("FJI", "KEN", "PER", "NOR"), placed("PER", "FJI", "KEN", "NOR"), first=2)
    assert (found.entering, found.leaving) == (["PER"], ["KEN"])
    assert [(move.member_state, move.places) for move in found.moves] == [
        ("PER", 2),
        ("FJI", -1),
        ("KEN", -1),
    ]
    assert found.kendall_tau == pytest.approx(1 - 2 * 2 / 6)


def test_a_ranking_compared_with_itself_differs_in_nothing() -> None:
    found = compare(placed("FJI", "KEN"), placed("FJI", "KEN"), first=1)
    assert (found.kendall_tau, found.entering, found.leaving, found.moves) == (1, [], [], [])


@given(st.permutations(range(8)))
def test_kendalls_tau_counts_the_pairs_that_turn_round(order: list[int]) -> None:
    pairs = list(combinations(order, 2))
    turned = sum(a > b for a, b in pairs)
    assert kendall_tau(order) == pytest.approx(1 - 2 * turned / len(pairs))
    assert kendall_tau(order[::-1]) == pytest.approx(-kendall_tau(order))


def test_kendalls_tau_of_one_state_is_one() -> None:
    assert kendall_tau([1]) == 1


def vary(world: Weighable, *, spread: float = 0.5, draws: int = 1200, seed: int = 1373) -> object:
    return sensitivity(world, RISK_BASED.weights, first=5, spread=spread, draws=draws, seed=seed)


def test_the_same_seed_gives_the_same_answer_and_another_does_not() -> None:
    world = a_world(40)
    assert vary(world) == vary(world)
    assert vary(world) != vary(world, seed=1)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10), st.floats(0.01, 2))
def test_shares_and_positions_add_up(count: int, seed: int, spread: float) -> None:
    world = a_world(count, seed)
    first = min(3, count)
    found = sensitivity(world, RISK_BASED.weights, first=first, spread=spread, draws=700, seed=seed)
    assert [(s.position, s.member_state) for s in found] == [
        (place.position, place.member_state) for place in rank(world, RISK_BASED.weights)
    ]
    assert sum(state.share_in_first for state in found) == pytest.approx(first)
    for state in found:
        assert 1 <= state.p5 <= state.p50 <= state.p95 <= count
        assert (state.p95 <= first) <= (state.share_in_first >= 0.95)
        assert (state.p5 > first) <= (state.share_in_first < 0.05)


def test_weights_that_hardly_vary_leave_the_ranking_as_it_is() -> None:
    found = sensitivity(a_world(30), RISK_BASED.weights, first=5, spread=1e-9, draws=100, seed=1)
    for state in found:
        assert state.p5 == state.p50 == state.p95 == state.position
        assert state.share_in_first == (state.position <= 5)


def test_positions_agree_with_rankings_made_one_by_one() -> None:
    world = a_world(12)
    spread, draws, seed = 0.7, 200, 7
    random = np.random.default_rng(seed)
    names = list(RISK_BASED.weights)
    places: dict[str, list[int]] = {state: [] for state in world.member_states}
    for z in random.standard_normal((draws, len(names))):
        drawn = {
            name: RISK_BASED.weights[name] * float(np.exp(spread * by))
            for name, by in zip(names, z, strict=True)
        }
        for place in rank(world, drawn):
            places[place.member_state].append(place.position)
    found = sensitivity(world, RISK_BASED.weights, first=4, spread=spread, draws=draws, seed=seed)
    for state in found:
        positions = sorted(places[state.member_state])
        assert state.share_in_first == sum(p <= 4 for p in positions) / draws
        assert (state.p5, state.p50, state.p95) == (
            positions[draws * 5 // 100 - 1],
            positions[draws // 2 - 1],
            positions[draws * 95 // 100 - 1],
        )


def test_what_does_not_weigh_does_not_vary() -> None:
    found = sensitivity(a_world(30), {"gaps": 2.0}, first=5, spread=2, draws=500, seed=1)
    assert {state.share_in_first for state in found} == {0.0, 1.0}
