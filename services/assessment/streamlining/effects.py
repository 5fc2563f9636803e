"""What becomes of every State's score where questions are dropped (¶12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.assessment.instruments.differences.rules import subjects_of
from services.assessment.streamlining.responses import BoolArray, FloatArray, Responses

Column = list[float | None]
"""A score of each State; None where nothing of it was answered."""


@dataclass(frozen=True, slots=True)
class StateEffect:
    """A State's score and rank before and after; rank 1 is the highest score."""

    member_state: str
    before: float | None
    after: float | None
    rank_before: int | None
    rank_after: int | None

    @property
    def change(self) -> float | None:
        """After less before; None where either is."""
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 4)


@dataclass(frozen=True, slots=True)
class ScoreEffect:
    """What becomes of one score of every State that has it."""

    states: tuple[StateEffect, ...]

    @property
    def largest(self) -> StateEffect | None:
        """The State whose score changes most, either way; None where none changes."""
        changed = [state for state in self.states if state.change]
        return max(changed, key=lambda state: abs(state.change or 0.0), default=None)

    @property
    def rank_changes(self) -> int:
        """How many States rank otherwise."""
        return sum(1 for state in self.states if state.rank_before != state.rank_after)

    @property
    def without_score(self) -> tuple[str, ...]:
        """The States whose score becomes none."""
        return tuple(state.member_state for state in self.states if state.after is None)


@dataclass(frozen=True, slots=True)
class Effect:
    """What dropping questions does."""

    dropped: tuple[str, ...]
    no_longer_shown: tuple[str, ...]
    """Questions that no State would be shown any more."""
    uncovered: tuple[str, ...]
    """What no question is left on: `theme arms`, `provision 1373 2(e)`."""
    overall: ScoreEffect
    by_theme: dict[str, ScoreEffect]
    """Of the themes in which a State's score changes."""


class Scores:
    """The scores of all States, and what they become where questions are dropped.

    They are those of `implementation_scores`, for every State at once.
    """

    def __init__(self, responses: Responses) -> None:
        self._responses = responses

    def effect_of(self, dropped: Iterable[str]) -> Effect:
        """What dropping the questions does to every State's score, overall and by theme."""
        codes = frozenset(dropped)
        known = self._responses
        left = known.shown_without(codes)
        touched = (known.shown != left).any(axis=0)
        unseen = touched & ~left.any(axis=0)
        no_longer_shown = [
            question.code
            for question, is_unseen in zip(known.questions, unseen, strict=True)
            if is_unseen and question.code not in codes
        ]
        themes = {known.questions[int(place)].theme for place in np.flatnonzero(touched)}
        by_theme = {theme: self._by_theme(theme, left) for theme in sorted(themes)}
        return Effect(
            dropped=tuple(question.code for question in known.questions if question.code in codes),
            no_longer_shown=tuple(no_longer_shown),
            uncovered=self._uncovered(codes.union(no_longer_shown)),
            overall=_compared(known.states, self._overall, self._column(left, self._all)),
            by_theme={
                theme: effect
                for theme, effect in by_theme.items()
                if effect.largest or effect.without_score
            },
        )

    def _by_theme(self, theme: str, left: BoolArray) -> ScoreEffect:
        among = np.array([question.theme == theme for question in self._responses.questions])
        before = self._column(self._responses.shown, among)
        return _compared(self._responses.states, before, self._column(left, among))

    @cached_property
    def _overall(self) -> Column:
        return self._column(self._responses.shown, self._all)

    @cached_property
    def _all(self) -> BoolArray:
        return np.ones(len(self._responses.questions), dtype=np.bool_)

    @cached_property
    def _weighed(self) -> tuple[FloatArray, FloatArray]:
        """By State and question: the weight of what was answered, and what of it was reached."""
        values = self._responses.values
        answered = ~np.isnan(values) * self._responses.weights
        return answered, answered * np.nan_to_num(values)

    def _column(self, shown: BoolArray, among: BoolArray) -> Column:
        answered, reached = (
            (part[:, among] * shown[:, among]).sum(axis=1) for part in self._weighed
        )
        return [
            round(float(part / whole), 4) if whole else None
            for part, whole in zip(reached, answered, strict=True)
        ]

    def _uncovered(self, codes: frozenset[str]) -> tuple[str, ...]:
        gone = set[tuple[str, str]]().union(*(self._subjects[code] for code in codes))
        left = (about for code, about in self._subjects.items() if code not in codes)
        return tuple(f"{kind} {key}" for kind, key in sorted(gone.difference(*left)))

    @cached_property
    def _subjects(self) -> dict[str, set[tuple[str, str]]]:
        return {question.code: subjects_of(question) for question in self._responses.questions}


def _compared(states: Sequence[str], before: Column, after: Column) -> ScoreEffect:
    rows = zip(states, before, after, _ranks(before), _ranks(after), strict=True)
    return ScoreEffect(tuple(StateEffect(*row) for row in rows if row[1] is not None))


def _ranks(scores: Column) -> list[int | None]:
    """One more than the States with a higher score; None where there is no score."""
    known = sorted((score for score in scores if score is not None), reverse=True)
    rank = {score: place for place, score in reversed([*enumerate(known, 1)])}
    return [None if score is None else rank[score] for score in scores]
