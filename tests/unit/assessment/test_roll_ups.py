"""Which assessment of a State counts in a year, and what the States of a place come to."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.roll_ups.rules import Assessed, RollUp, cautions, roll_up, standing

YEARS = range(2030, 2034)
STATES = 6
WORLD_AND_HALF = np.array([[True] * 6, [True] * 3 + [False] * 3])
ENTRIES = st.lists(
    st.tuples(
        st.integers(0, STATES - 1),
        st.integers(2027, 2033),
        st.one_of(st.none(), st.integers(0, 100)),
    ),
    min_size=1,
    max_size=30,
).map(lambda entries: sorted(entries, key=lambda entry: entry[1]))


def assessed(*entries: tuple[int, int, float | None]) -> Assessed:
    """Of State, year and score; without a score, nothing was answered."""
    score = [None if given is None else given for _, _, given in entries]
    return Assessed(
        subject=np.zeros(len(entries), dtype=np.int64),
        state=np.array([state for state, _, _ in entries], dtype=np.int64),
        year=np.array([year for _, year, _ in entries], dtype=np.int64),
        score=np.array(score, dtype=np.float64),
        low=np.array([given or 0.0 for given in score]),
        high=np.array([1.0 if given is None else given for given in score]),
    )


def rolled_up(found: Assessed) -> RollUp:
    """Of the one subject: arrays of places x years."""
    cells = roll_up(found, 1, WORLD_AND_HALF, YEARS)
    return RollUp(**{field.name: getattr(cells, field.name)[0] for field in fields(RollUp)})


def test_the_latest_assessment_stands_until_there_is_another() -> None:
    found = assessed((0, 2028, 0.1), (0, 2031, 0.2), (0, 2031, 0.3), (1, 2033, 0.4))
    assert standing(found, 1, 3, YEARS)[0].tolist() == [[0, 2, 2, 2], [-1, -1, -1, 3], [-1] * 4]


def test_a_cell_says_how_many_how_fresh_and_how_far_apart() -> None:
    found = assessed((0, 2028, 0.0), (1, 2030, 0.4), (2, 2030, 0.8), (3, 2031, 1.0))
    cells = rolled_up(found)
    assert cells.states.tolist() == [[3, 4, 4, 4], [3, 3, 3, 3]]
    assert cells.assessed_in_year.tolist() == [[2, 1, 0, 0], [2, 0, 0, 0]]
    assert cells.age[0] == pytest.approx([2 / 3, (3 + 1 + 1 + 0) / 4, 2.25, 3.25])
    assert cells.score[0] == pytest.approx([0.4, 0.55, 0.55, 0.55])
    assert cells.deviation[1, 0] == pytest.approx(np.std([0.0, 0.4, 0.8]))
    assert cells.quartiles[1, 0] == pytest.approx([0.2, 0.4, 0.6])


def test_what_was_not_answered_counts_in_the_interval_alone() -> None:
    cells = rolled_up(assessed((0, 2030, 0.6), (1, 2030, None)))
    assert (cells.states[0, 0], cells.unanswered[0, 0]) == (2, 1)
    assert (cells.score[0, 0], cells.low[0, 0], cells.high[0, 0]) == pytest.approx((0.6, 0.3, 0.8))


def test_a_change_is_of_the_states_with_a_score_in_both_years() -> None:
    found = assessed((0, 2029, 0.2), (1, 2030, 0.9), (0, 2031, 0.5), (2, 2032, 0.0), (1, 2033, 0.8))
    cells = rolled_up(found)
    assert cells.paired[0].tolist() == [1, 2, 2, 3]
    assert cells.change[0] == pytest.approx([0, 0.3 / 2, 0, -0.1 / 3])
    # State 2 was not there in the first year.
    assert cells.span_paired[0] == 2
    assert cells.span_change[0] == pytest.approx((0.3 - 0.1) / 2)


def test_subjects_are_rolled_up_apart() -> None:
    found = replace(assessed((0, 2028, 0.1), (0, 2030, 0.7)), subject=np.array([0, 1]))
    cells = roll_up(found, 2, WORLD_AND_HALF, YEARS)
    assert cells.states[:, 0].tolist() == [[1, 1, 1, 1], [1, 1, 1, 1]]
    assert cells.score[:, 0, 0] == pytest.approx([0.1, 0.7])


def test_where_nobody_was_assessed_there_is_no_number() -> None:
    cells = rolled_up(assessed((5, 2030, 0.5)))
    assert cells.states[1].tolist() == [0, 0, 0, 0]
    assert np.isnan([cells.score[1], cells.low[1], cells.age[1], cells.change[1]]).all()
    assert np.isnan(cells.quartiles[1]).all()
    assert np.isnan(cells.change[0, 0]), "the first assessment of a State is no change"


@given(ENTRIES)
def test_a_roll_up_is_what_counting_by_hand_comes_to(
    entries: list[tuple[int, int, int | None]],
) -> None:
    scores = [(state, year, None if s is None else s / 100) for state, year, s in entries]
    cells = rolled_up(assessed(*scores))
    for column, year in enumerate(YEARS):
        now: dict[int, Any] = {s: (y, v) for s, y, v in scores if y <= year}
        before: dict[int, Any] = {s: (y, v) for s, y, v in scores if y < year}
        known = [value for _, value in now.values() if value is not None]
        assert cells.states[0, column] == len(now)
        assert cells.assessed_in_year[0, column] == sum(y == year for y, _ in now.values())
        assert cells.unanswered[0, column] == len(now) - len(known)
        if known:
            assert cells.score[0, column] == pytest.approx(np.mean(known))
            assert cells.quartiles[0, column] == pytest.approx(
                np.quantile(known, [0.25, 0.5, 0.75])
            )
            assert cells.low[0, column] <= cells.score[0, column] + 1e-9
            assert cells.score[0, column] <= cells.high[0, column] + 1e-9
        changes = [
            now[state][1] - before[state][1]
            for state in before
            if now[state][1] is not None and before[state][1] is not None
        ]
        assert cells.paired[0, column] == len(changes)
        if changes:
            assert cells.change[0, column] == pytest.approx(np.mean(changes), abs=1e-9)


def test_a_reader_is_warned_of_what_a_mean_hides() -> None:
    assert cautions(5, 2.9, 0.1, 0.3) == []
    assert cautions(4, 3.0, 0.2, 0.4) == [
        "few_states", "old_assessments", "much_unanswered", "wide_spread",
    ]  # fmt: skip
