"""How much one answer tells of another, and what chance makes of few States."""

from math import log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.assessment.instruments.rules import AnswerValue
from services.assessment.streamlining.information import (
    FEWEST_STATES,
    IntArray,
    categories_of,
    chance_shares,
    entropy_of,
    explained_shares,
    implied_share,
)

STATES = 24
COLUMNS = st.lists(st.integers(-1, 3), min_size=STATES, max_size=STATES)
ANSWERED = st.lists(st.integers(0, 3), min_size=STATES, max_size=STATES)


def arrays(*columns: list[int]) -> list[IntArray]:
    return [np.array(column, dtype=np.int64) for column in columns]


def independent(states: int, questions: int) -> list[IntArray]:
    random = np.random.default_rng(7)
    return [random.integers(0, 3, states) for _ in range(questions)]


def corrected(answers: list[int] | list[tuple[int, int]]) -> float:
    """Entropy in bits after Miller and Madow, counted by hand."""
    counts = [answers.count(answer) for answer in set(answers)]  # type: ignore[arg-type]
    return entropy_of(counts) + (len(counts) - 1) / (2 * len(answers) * log(2))


@given(COLUMNS, COLUMNS, COLUMNS)
def test_the_share_is_that_of_entropies_counted_by_hand(
    a: list[int], b: list[int], c: list[int]
) -> None:
    columns = [a, b, c]
    shares = explained_shares(arrays(*columns))
    for i, x in enumerate(columns):
        for j, y in enumerate(columns):
            both = [pair for pair in zip(x, y, strict=True) if min(pair) >= 0]
            of_x, of_y = [pair[0] for pair in both], [pair[1] for pair in both]
            if i == j or len(both) < FEWEST_STATES or len(set(of_x)) < 2:
                assert shares[i, j] == 0
            else:
                shared = corrected(of_x) + corrected(of_y) - corrected(both)
                expected = min(1.0, max(0.0, shared / corrected(of_x)))
                assert shares[i, j] == pytest.approx(expected, abs=1e-9)


def test_of_many_questions_each_pair_comes_to_what_it_does_alone() -> None:
    columns = independent(STATES, 130)
    shares = explained_shares(columns)
    assert shares.shape == (130, 130)
    for i, j in ((0, 129), (63, 64), (64, 63), (128, 1), (129, 65)):
        assert shares[i, j] == explained_shares([columns[i], columns[j]])[0, 1], (i, j)


@given(COLUMNS, st.permutations(range(4)))
def test_a_copied_question_is_wholly_implied_however_it_is_labelled(
    column: list[int], labels: list[int]
) -> None:
    answered = [answer for answer in column if answer >= 0]
    assume(len(answered) >= FEWEST_STATES and len(set(answered)) > 1)
    copy = [labels[answer] if answer >= 0 else -1 for answer in column]
    shares = explained_shares(arrays(column, copy))
    assert shares[0, 1] == pytest.approx(1)
    assert shares[1, 0] == pytest.approx(1)


@given(ANSWERED, ANSWERED)
def test_what_two_questions_share_is_the_same_from_both_sides(x: list[int], y: list[int]) -> None:
    assume(min(len(set(x)), len(set(y))) > 1)
    shares = explained_shares(arrays(x, y))
    assume(0 < shares[0, 1] < 1 and 0 < shares[1, 0] < 1)
    assert shares[0, 1] * corrected(x) == pytest.approx(shares[1, 0] * corrected(y))


def test_independent_questions_tell_nearly_nothing_of_each_other() -> None:
    shares = explained_shares(independent(193, 30))
    assert shares.mean() < 0.01
    assert shares.max() < 0.1


def test_few_states_do_not_make_everything_look_implied() -> None:
    of_few = independent(FEWEST_STATES, 60)
    rows = [*range(60)]
    shares = explained_shares(of_few)
    assert shares.max() >= 0.7, "by chance alone, some look implied"
    chance = chance_shares(of_few, rows)
    assert np.mean(shares.max(axis=1) > chance) <= 0.1
    copied = [*independent(20, 60), independent(20, 1)[0]]
    assert explained_shares(copied)[0].max() > chance_shares(copied, [0])[0]
    assert chance_shares(of_few, rows).tolist() == chance.tolist(), "chance has a fixed seed"


@given(COLUMNS, COLUMNS)
def test_an_answer_follows_where_the_other_states_alike_there_agree(
    target: list[int], predictor: list[int]
) -> None:
    both = [pair for pair in zip(target, predictor, strict=True) if min(pair) >= 0]
    follows = 0
    for place, (answer, told) in enumerate(both):
        others = [x for i, (x, y) in enumerate(both) if y == told and i != place]
        against = max((others.count(x) for x in set(others) - {answer}), default=0)
        follows += others.count(answer) > against
    share, states = implied_share(*arrays(target, predictor))
    assert states == len(both)
    assert share == pytest.approx(follows / len(both) if both else 0)


def test_numbers_are_put_together_by_quarters_and_rare_answers_as_others() -> None:
    numbers: list[AnswerValue | None] = [None, "not_applicable", *map(float, range(1, 61))]
    found = categories_of(numbers)
    assert found.labels == ("1 to 15", "16 to 30", "31 to 45", "46 to 60", "not_applicable")
    assert found.counts == (15, 15, 15, 15, 1)
    assert found.of_states[:4].tolist() == [-1, 4, 0, 0]
    assert found.distinct == 61
    rare: list[AnswerValue | None] = [["b", "a"], ["a", "b"], ["a", "b"], *"cdefghi"]
    found = categories_of(rare)
    assert found.labels == ("a, b", "c", "d", "others")
    assert found.counts == (3, 1, 1, 5)
    assert found.of_states.tolist() == [0, 0, 0, 1, 2, 3, 3, 3, 3, 3]
    assert found.distinct == 8


def test_entropy_is_in_bits() -> None:
    assert entropy_of([5, 5]) == 1
    assert entropy_of([7]) == entropy_of([]) == 0
