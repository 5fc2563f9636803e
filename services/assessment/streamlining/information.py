"""How much the answers to one question tell of those to another, from counts of States."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.assessment.instruments.rules import AnswerValue

FEWEST_STATES = 10
"""Below as many States nothing is concluded; the project's own number."""
SHUFFLES = 19
"""Orders of the States by chance, each of which an answer must be implied better than; 19, the
project's own number, let 1 in 20 pass by chance."""

_MOST_CATEGORIES = 8
_AT_ONCE = 64
_SEED = 1373
_BITS = 1 / np.log(2)

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Categories:
    """The answers to one question as categories, the most frequent first."""

    of_states: IntArray
    """By State, the number of its category; -1 where it did not answer."""
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    distinct: int
    """Different answers, before any are put together."""


def categories_of(answers: Sequence[AnswerValue | None]) -> Categories:
    """The States' answers as few enough categories to be counted; None is not answered.

    More than eight different numbers are put together by quarters, and the rarest of other
    answers as `others`, so that there are at least five States to a category where there are
    more than four categories: answers that nobody shares would seem to imply every other.
    """
    names = ["" if answer is None else _name(answer) for answer in answers]
    distinct = len(set(names) - {""})
    numbers = [answer for answer in answers if isinstance(answer, (int, float))]
    if len(set(numbers)) > _MOST_CATEGORIES:
        quarters = np.searchsorted(np.quantile(numbers, [0.25, 0.5, 0.75]), numbers).tolist()
        members: dict[int, list[float]] = {}
        for quarter, number in zip(quarters, numbers, strict=True):
            members.setdefault(quarter, []).append(number)
        label = {q: f"{min(found):g} to {max(found):g}" for q, found in members.items()}
        left = iter(quarters)
        names = [
            label[next(left)] if isinstance(answer, (int, float)) else name
            for answer, name in zip(answers, names, strict=True)
        ]
    found = sorted(Counter(filter(None, names)).items(), key=lambda item: (-item[1], item[0]))
    most = min(_MOST_CATEGORIES, max(4, sum(count for _, count in found) // 5))
    if len(found) > most:
        rest = sum(count for _, count in found[most - 1 :])
        kept = [*found[: most - 1], ("others", rest)]
    else:
        kept = found
    number_of = {name: min(i, most - 1) for i, (name, _) in enumerate(found)}
    return Categories(
        np.array([number_of.get(name, -1) for name in names], dtype=np.int64),
        tuple(name for name, _ in kept),
        tuple(count for _, count in kept),
        distinct,
    )


def _name(answer: AnswerValue) -> str:
    if isinstance(answer, list):
        return ", ".join(sorted(answer))
    return answer if isinstance(answer, str) else f"{answer:g}"


def entropy_of(counts: Sequence[int]) -> float:
    """Shannon's entropy of the counts, in bits."""
    shares = np.array([count for count in counts if count], dtype=np.float64) / max(sum(counts), 1)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


@dataclass(frozen=True, slots=True)
class _Indicators:
    """A column for each category of each question: 1 where the State's answer is in it."""

    matrix: NDArray[np.float32]
    answered: NDArray[np.float32]
    """A column for each question: 1 where the State answered it."""
    starts: IntArray
    """The first column of each question."""

    def parts(self) -> Iterator["_Indicators"]:
        """The questions by so few that the counts of each part with all others fit in memory."""
        ends = [*self.starts, self.matrix.shape[1]]
        for first in range(0, len(self.starts), _AT_ONCE):
            last = min(first + _AT_ONCE, len(self.starts))
            yield _Indicators(
                self.matrix[:, ends[first] : ends[last]],
                self.answered[:, first:last],
                self.starts[first:last] - ends[first],
            )


def explained_shares(categories: Sequence[IntArray]) -> FloatArray:
    """The share of each question's uncertainty (row) that each other one (column) removes.

    I(X;Y) / H(X), from 0 to 1, over the States that answered both: the mutual information
    normalised by the entropy of the question that is to be implied. Entropies are corrected for
    few States after Miller and Madow (1955): by (categories seen - 1) / (2 * States) nats. 0 on
    the diagonal, below `FEWEST_STATES`, and where the answers do not differ.
    """
    indicators = _indicators(categories)
    shares = _explained(indicators, indicators)
    np.fill_diagonal(shares, 0.0)
    return shares


def chance_shares(categories: Sequence[IntArray], rows: Sequence[int]) -> FloatArray:
    """The most that any other question would remove of each row's uncertainty by chance.

    The States' answers to the rows' questions are put in another order, `SHUFFLES` times, always
    the same (a fixed seed): what the best predictor of each reaches then is chance.
    """
    chance = np.zeros(len(rows))
    if not rows:
        return chance
    every, some = _indicators(categories), _indicators([categories[row] for row in rows])
    random = np.random.default_rng(_SEED)
    for _ in range(SHUFFLES):
        order = random.permutation(len(some.matrix))
        shuffled = _Indicators(some.matrix[order], some.answered[order], some.starts)
        shares = _explained(shuffled, every)
        shares[np.arange(len(rows)), rows] = 0.0
        chance = np.maximum(chance, shares.max(axis=1))
    return chance


def implied_share(target: IntArray, predictor: IntArray) -> tuple[float, int]:
    """For what share of the States the answer follows from that to another question.

    It follows where most of the other States that gave the same answer there answer alike here;
    the State itself does not count, so that answers which nobody shares imply nothing. With it
    the number of States that answered both.
    """
    both = (target >= 0) & (predictor >= 0)
    states = int(both.sum())
    if not states:
        return 0.0, 0
    table = np.zeros((target.max() + 1, predictor.max() + 1), dtype=np.int64)
    np.add.at(table, (target[both], predictor[both]), 1)
    ordered = np.sort(table, axis=0)
    first = ordered[-1]
    second = ordered[-2] if len(ordered) > 1 else np.zeros_like(first)
    return float(first[first - 1 > second].sum() / states), states


def _indicators(categories: Sequence[IntArray]) -> _Indicators:
    widths = [int(of_states.max(initial=0)) + 1 for of_states in categories]
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    answers = np.stack(categories, axis=1)
    states, questions = np.nonzero(answers >= 0)
    matrix = np.zeros((len(answers), starts[-1]), dtype=np.float32)
    matrix[states, starts[questions] + answers[states, questions]] = 1.0
    return _Indicators(matrix, (answers >= 0).astype(np.float32), starts[:-1])


def _explained(rows: _Indicators, columns: _Indicators) -> FloatArray:
    """I(X;Y) / H(X) for each question X of `rows` and Y of `columns`."""
    return np.vstack([_explained_of(part, columns) for part in rows.parts()])


def _explained_of(rows: _Indicators, columns: _Indicators) -> FloatArray:
    joint = _counts(rows.matrix, columns.matrix)
    of_x = _counts(rows.matrix, columns.answered)
    of_y = _counts(rows.answered, columns.matrix)
    states = _counts(rows.answered, columns.answered)
    counts = np.arange(len(rows.matrix) + 1, dtype=np.float64)
    logs = counts * np.log2(np.maximum(counts, 1))
    known = np.maximum(states, 1)

    def entropy(table: IntArray, *along: tuple[int, IntArray]) -> FloatArray:
        """Of each pair, from its counts, which lie side by side along an axis or both."""
        summed, seen = logs[table], (table > 0).astype(np.int64)
        for axis, starts in along:
            summed = np.add.reduceat(summed, starts, axis=axis)
            seen = np.add.reduceat(seen, starts, axis=axis)
        result: FloatArray = np.log2(known) - summed / known + (seen - 1) * _BITS / (2 * known)
        return result

    by_x, by_y = (0, rows.starts), (1, columns.starts)
    entropy_of_x = entropy(of_x, by_x)
    shared = entropy_of_x + entropy(of_y, by_y) - entropy(joint, by_x, by_y)
    differs = np.add.reduceat((of_x > 0).astype(np.int64), rows.starts, axis=0) > 1
    shares = np.zeros(states.shape)
    np.divide(shared, entropy_of_x, out=shares, where=differs & (states >= FEWEST_STATES))
    np.clip(shares, 0.0, 1.0, out=shares)
    return shares


def _counts(left: NDArray[np.float32], right: NDArray[np.float32]) -> IntArray:
    """How many States have both; exact, as whole numbers below 2**24 are in 32 bits."""
    return (left.T @ right).astype(np.int64)
