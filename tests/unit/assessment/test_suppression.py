"""What a focal point is shown of other States never comes to what it is not shown."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.assessment.roll_ups.rules import Flags, Integers
from services.assessment.roll_ups.suppression import FEWEST_OTHERS, suppressed

SUBREGIONS = ((0, 1), (0, 1, 2))
"""Two regions, of two and of three subregions."""


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Integers, Flags]:
    """States in the subregions of two regions, each assessed now and then."""
    years = draw(st.integers(1, 4))
    leaves = [
        (region, subregion)
        for region, subregions in enumerate(SUBREGIONS)
        for subregion in subregions
        for _ in range(draw(st.integers(0, 12)))
    ] or [(0, 0)]
    since = []
    for _ in leaves:
        latest, row = -1, []
        for year in range(years):
            latest = year if draw(st.integers(0, 3)) == 0 else latest
            row.append(latest)
        since.append(row)
    places = [[True for _ in leaves]]
    for region, subregions in enumerate(SUBREGIONS):
        places.append([leaf[0] == region for leaf in leaves])
        places += [[leaf == (region, subregion) for leaf in leaves] for subregion in subregions]
    return np.array(since), np.array(places)


def sums(since: Integers, places: Flags) -> list[list[frozenset[tuple[int, int]]]]:
    """What each cell is the sum of: each State's assessment that counts."""
    return [
        [
            frozenset(
                (state, int(at)) for state, at in enumerate(column) if inside[state] and at >= 0
            )
            for column in since.T
        ]
        for inside in places
    ]


def as_vectors(cells: list[frozenset[tuple[int, int]]]) -> np.ndarray:
    known = {part: n for n, part in enumerate(sorted(set().union(*cells)))}
    vectors = np.zeros((len(cells), len(known)))
    for row, cell in enumerate(cells):
        vectors[row, [known[part] for part in cell]] = 1
    return vectors


def follows(cell: np.ndarray, shown: np.ndarray) -> bool:
    """Whether some sum of multiples of what is shown is the cell: the linear system solved."""
    if not len(shown):
        return False
    shares = np.linalg.lstsq(shown.T, cell, rcond=None)[0]
    return bool(np.abs(shown.T @ shares - cell).max(initial=0) < 1e-6)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_nothing_withheld_follows_from_what_is_shown(world: tuple[Integers, Flags]) -> None:
    since, places = world
    hidden = suppressed(since, places)
    cells = sums(since, places)
    every = [cell for row in cells for cell in row]
    vectors, withheld = as_vectors(every), hidden.ravel()
    for n in np.flatnonzero(withheld):
        assert every[n], "a cell of nobody hides nothing"
        assert not follows(vectors[n], vectors[~withheld]), (since, n)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_every_number_and_every_difference_over_years_has_enough_states_behind_it(
    world: tuple[Integers, Flags],
) -> None:
    since, places = world
    hidden = suppressed(since, places)
    for cells, withheld in zip(sums(since, places), hidden, strict=True):
        shown = [
            frozenset[tuple[int, int]](),
            *(c for c, h in zip(cells, withheld, strict=True) if not h),
        ]
        for before, after in pairwise(shown):
            changed = {state for state, _ in after - before}
            assert not changed or len(changed) >= FEWEST_OTHERS


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_what_is_shown_of_a_year_does_not_depend_on_later_years(
    world: tuple[Integers, Flags],
) -> None:
    since, places = world
    assert (suppressed(since[:, :-1], places) == suppressed(since, places)[:, :-1]).all()


def once(*sizes: int) -> tuple[Integers, Flags]:
    """One year; the world and, in it, places of these sizes."""
    leaf = np.repeat(np.arange(len(sizes)), sizes)
    places = np.vstack([np.ones_like(leaf), *(leaf == n for n in range(len(sizes)))]) == 1
    return np.zeros((len(leaf), 1), dtype=np.int64), places


def test_the_next_smallest_is_withheld_with_a_single_one() -> None:
    assert suppressed(*once(9, 3, 7)).ravel().tolist() == [False, False, True, True]


def test_two_small_ones_hide_each_other() -> None:
    assert suppressed(*once(9, 3, 4)).ravel().tolist() == [False, False, True, True]


def test_nothing_is_withheld_without_need() -> None:
    assert not suppressed(*once(9, 5, 7)).any()
    assert not suppressed(*once(9, 0, 7)).any()


def test_a_year_in_which_few_were_assessed_is_withheld_until_enough_were() -> None:
    since = np.array([[0, 0, 0]] * 4 + [[0, 1, 1]] * 3 + [[0, 0, 2]] * 2)
    world = np.ones((1, len(since)), dtype=bool)
    assert suppressed(since, world).tolist() == [[False, True, False]]


def test_only_the_siblings_of_a_small_place_are_withheld_with_it() -> None:
    """The world, two regions, and their subregions of 2 and 33, of 6 and 48 States."""
    leaf = np.repeat(np.arange(4), (2, 33, 6, 48))
    places = np.array(
        [leaf >= 0, leaf < 2, leaf >= 2, *(leaf == subregion for subregion in range(4))]
    )
    hidden = suppressed(np.zeros((len(leaf), 1), dtype=np.int64), places)
    assert np.flatnonzero(hidden).tolist() == [3, 4]
