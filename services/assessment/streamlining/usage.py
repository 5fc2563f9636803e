"""What the answers to each question come to: who gave them, how they differ, what implies them."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.assessment.instruments.rules import Question, QuestionKind
from services.assessment.streamlining.information import (
    Categories,
    categories_of,
    chance_shares,
    entropy_of,
    explained_shares,
    implied_share,
)
from services.assessment.streamlining.responses import FloatArray, Responses

IMPLIED = 0.7
"""Share of its uncertainty from which an answer counts as implied by another: of two answers that
are equally frequent, 19 in 20 then follow. The project's own number."""

_IN_WORDS = (QuestionKind.TEXT, QuestionKind.DOCUMENT)


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many States gave an answer."""

    answer: str
    states: int


@dataclass(frozen=True, slots=True)
class Predictor:
    """Another question, whose answers tell of those to this one."""

    question: str
    explained: float
    """Share of the uncertainty that it removes; see `explained_shares`."""
    chance: float | None
    """What the best question reaches by chance; None where it explains too little to be asked."""
    implied: float
    """Share of the States whose answer follows from that to it; see `implied_share`."""
    states: int
    """That answered both."""

    @property
    def implies(self) -> bool:
        """Whether the answers follow from those to it, and not by chance."""
        return self.chance is not None and self.explained > self.chance


@dataclass(frozen=True, slots=True)
class QuestionUse:
    """What the answers to a question come to."""

    question: Question
    asked: int
    answered: int
    distribution: tuple[AnswerCount, ...]
    """Empty for answers in words."""
    distinct: int
    """Different answers; 0 for answers in words."""
    entropy: float | None
    """In bits; None for answers in words."""
    predictor: Predictor | None
    """The question that tells most of its answers."""

    @property
    def code(self) -> str:
        """The question's code."""
        return self.question.code

    @property
    def missing(self) -> float | None:
        """Share of the States asked that did not answer; None where none was asked."""
        return round(1 - self.answered / self.asked, 4) if self.asked else None

    @property
    def adds(self) -> float | None:
        """Bits for each State asked that no other question implies; None for answers in words."""
        if self.entropy is None or not self.asked:
            return None
        implied = self.predictor.explained if self.predictor and self.predictor.implies else 0.0
        return round(self.entropy * (1 - implied) * self.answered / self.asked, 4)


class Predictors:
    """Which questions imply the answers to which others."""

    def __init__(self, varied: Mapping[str, Categories]) -> None:
        self._codes = [*varied]
        self._rows = {code: row for row, code in enumerate(self._codes)}
        self._answers = [one.of_states for one in varied.values()]

    def best(self, code: str) -> Predictor | None:
        """The question that tells most of the answers to this one, however little."""
        row = self._rows.get(code)
        if row is None or not self._shares[row].any():
            return None
        return self._predictor(row, int(self._shares[row].argmax()))

    def implying(self, code: str, among: Container[str]) -> Predictor | None:
        """The question among some that implies the answers to this one best, if any does."""
        row = self._rows.get(code)
        if row is None or row not in self._chance:
            return None
        least = max(IMPLIED, self._chance[row])
        for column in np.argsort(-self._shares[row], kind="stable"):
            if self._shares[row, column] < least:
                return None
            if self._codes[column] in among:
                found = self._predictor(row, int(column))
                return found if found.implies else None
        return None

    def _predictor(self, row: int, column: int) -> Predictor:
        implied, states = implied_share(self._answers[row], self._answers[column])
        return Predictor(
            question=self._codes[column],
            explained=round(float(self._shares[row, column]), 4),
            chance=self._chance.get(row),
            implied=round(implied, 4),
            states=states,
        )

    @cached_property
    def _shares(self) -> FloatArray:
        return explained_shares(self._answers)

    @cached_property
    def _chance(self) -> dict[int, float]:
        """By row, what chance reaches, where it is asked."""
        rows = [int(row) for row in np.flatnonzero(self._shares.max(axis=1) >= IMPLIED)]
        reached = chance_shares(self._answers, rows).tolist()
        return {row: round(share, 4) for row, share in zip(rows, reached, strict=True)}


def uses_of(known: Responses) -> tuple[dict[str, QuestionUse], Predictors]:
    """What the answers to each question come to, and what implies them."""
    found = {
        question.code: categories_of(
            [
                response.answers[question.code] if is_given else None
                for response, is_given in zip(known.responses, known.given[:, i], strict=True)
            ]
        )
        for i, question in enumerate(known.questions)
        if question.kind not in _IN_WORDS
    }
    predictors = Predictors({code: one for code, one in found.items() if one.distinct > 1})
    asked, answered = known.shown.sum(axis=0), known.given.sum(axis=0)
    uses = {}
    for i, question in enumerate(known.questions):
        one = found.get(question.code)
        uses[question.code] = QuestionUse(
            question=question,
            asked=int(asked[i]),
            answered=int(answered[i]),
            distribution=tuple(map(AnswerCount, one.labels, one.counts)) if one else (),
            distinct=one.distinct if one else 0,
            entropy=round(entropy_of(one.counts), 4) if one else None,
            predictor=predictors.best(question.code),
        )
    return uses, predictors
