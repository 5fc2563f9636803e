"""The responses to an instrument as arrays: a row a State, a column a question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.assessment.instruments.rules import (
    AnswerValue,
    Condition,
    Question,
    implementation_value,
    needs_of,
    passes,
)
from services.assessment.surveys.rules import asks_the_same, carried_forward

T = TypeVar("T", bound=np.generic)
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Response:
    """What one State answered."""

    member_state: str
    answers: Mapping[str, AnswerValue]
    not_asked: frozenset[str] = frozenset()
    """Questions that the edition it answered does not ask alike."""


def response_of(
    member_state: str,
    before: Sequence[Question],
    answers: Mapping[str, AnswerValue],
    now: Sequence[Question],
) -> Response:
    """The response to an earlier edition, as far as it answers the questions of this one."""
    known = {question.code: question for question in before}
    carried = carried_forward(before, answers, now)
    return Response(
        member_state,
        carried,
        frozenset(
            question.code
            for question in now
            if question.code not in known
            or not asks_the_same(known[question.code], question)
            or (question.code in answers and question.code not in carried)
        ),
    )


class Responses:
    """All responses to the questions of an instrument, one a State."""

    def __init__(self, questions: Sequence[Question], responses: Sequence[Response]) -> None:
        self.questions = questions
        self.responses = responses
        self.states = [response.member_state for response in responses]
        self.place = {question.code: i for i, question in enumerate(questions)}

    @cached_property
    def shown(self) -> BoolArray:
        """Whether each State was asked each question."""
        return self.shown_without(frozenset())

    @cached_property
    def given(self) -> BoolArray:
        """Whether each State answered each question that it was asked."""
        answered = [
            [question.code in response.answers for question in self.questions]
            for response in self.responses
        ]
        return self._array(answered, np.bool_) & self.shown

    @cached_property
    def weights(self) -> FloatArray:
        """What each question weighs; 0 where it is not scored."""
        return np.array(
            [question.weight if question.is_scored else 0 for question in self.questions],
            dtype=np.float64,
        )

    @cached_property
    def values(self) -> FloatArray:
        """How far each answer means implementation, 0 to 1; NaN where it does not say."""
        values = [
            [
                implementation_value(question, response.answers.get(question.code))
                for question in self.questions
            ]
            for response in self.responses
        ]
        return self._array(values, np.float64)

    def shown_without(self, dropped: frozenset[str]) -> BoolArray:
        """Whether each State would be asked each question, were some dropped.

        As `shown_questions` of each State's answers: with a question goes what is shown only
        because of its answer.
        """
        shown = self._asked_of.copy()
        shown[:, [self.place[code] for code in dropped]] = False
        for code in self._in_order:
            condition = self.questions[self.place[code]].shown_if
            if condition is not None:
                shown[:, self.place[code]] &= self._is_met(condition, shown)
        return shown

    def dependents_of(self, code: str) -> list[str]:
        """The questions that are shown by the answer to this one."""
        return [other for other, needed in self._needs.items() if code in needed]

    @cached_property
    def _needs(self) -> dict[str, set[str]]:
        return needs_of(self.questions)

    @cached_property
    def _in_order(self) -> list[str]:
        return [*TopologicalSorter(self._needs).static_order()]

    @cached_property
    def _asked_of(self) -> BoolArray:
        """Whether the edition that each State answered asks the question."""
        asked = [
            [question.code not in response.not_asked for question in self.questions]
            for response in self.responses
        ]
        return self._array(asked, np.bool_)

    @cached_property
    def _passing(self) -> dict[Condition, BoolArray]:
        """Whose answers pass each test that a condition makes."""
        tests = {
            test
            for question in self.questions
            if question.shown_if is not None
            for test in question.shown_if.tests()
        }
        given = [response.answers for response in self.responses]
        return {
            test: np.array(
                [passes(test, answers.get(test.question or "")) for answers in given],
                dtype=np.bool_,
            )
            for test in tests
        }

    def _is_met(self, condition: Condition, shown: BoolArray) -> BoolArray:
        parts = [self._is_met(part, shown) for part in (*condition.all, *condition.any)]
        if parts:
            met: BoolArray = (np.all if condition.all else np.any)(parts, axis=0)
            return met
        return self._passing[condition] & shown[:, self.place[condition.question or ""]]

    def _array(self, rows: Sequence[Sequence[object]], kind: type[T]) -> NDArray[T]:
        return np.array(rows, dtype=kind).reshape(len(self.responses), len(self.questions))
