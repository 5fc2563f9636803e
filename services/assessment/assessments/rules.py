"""How far a State implements what the instrument asks about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.assessment.instruments.rules import (
    NOT_APPLICABLE,
    AnswerValue,
    Question,
    implementation_value,
    shown_questions,
)

K = TypeVar("K", str, int)

FREE_STEPS: Mapping[str, tuple[str, ...]] = {"open": ("completed",), "completed": ()}
"""The steps allowed from each state of an assessment."""


@dataclass(frozen=True, slots=True)
class Score:
    """The share of what is asked that is implemented, 0 to 1, and how sure that is."""

    score: float | None
    """Of what was answered; None where nothing was."""
    low: float
    """Were nothing in place of what was not answered."""
    high: float
    """Were everything in place of what was not answered."""
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores overall and by what the questions are about."""

    overall: Score
    by_theme: dict[str, Score]
    by_resolution: dict[int, Score]
    by_provision: dict[str, Score]


@dataclass(frozen=True, slots=True)
class Scored:
    """A question that counts, and how far its answer means implementation, where it has one."""

    question: Question
    value: float | None


def assessable_questions(
    questions: Sequence[Question],
    answers: Mapping[str, AnswerValue],
    withheld: Iterable[str] = (),
) -> list[Question]:
    """The questions that are shown and scored, in the instrument's order, applicable or not.

    `withheld` is that of `shown_questions`.
    """
    return [
        question for question in shown_questions(questions, answers, withheld) if question.is_scored
    ]


def scored_questions(
    questions: Sequence[Question],
    answers: Mapping[str, AnswerValue],
    withheld: Iterable[str] = (),
) -> list[Scored]:
    """The assessable questions that count, with what their answers are worth."""
    return applicable(assessable_questions(questions, answers, withheld), answers)


def applicable(assessable: Iterable[Question], answers: Mapping[str, AnswerValue]) -> list[Scored]:
    """Those of the questions that the State does not find inapplicable: they count."""
    return [
        Scored(question, implementation_value(question, answers.get(question.code)))
        for question in assessable
        if answers.get(question.code) != NOT_APPLICABLE
    ]


def implementation_scores(counted: Sequence[Scored]) -> Scores | None:
    """The weighted mean of the answers, overall and by theme, resolution and provision (¶4, ¶5).

    A question counts as often as its weight says (1 to 5), once in each resolution and provision
    that it is about. What is not answered is shown as an interval rather than hidden. None
    where nothing counts, or nothing of it was answered.
    """
    if all(entry.value is None for entry in counted):
        return None
    return Scores(
        overall=score_of(counted),
        by_theme=_scores(counted, lambda question: [question.theme]),
        by_resolution=_scores(
            counted, lambda question: [provision.resolution for provision in question.provisions]
        ),
        by_provision=_scores(
            counted, lambda question: [provision.name for provision in question.provisions]
        ),
    )


def _scores(counted: Iterable[Scored], about: Callable[[Question], Iterable[K]]) -> dict[K, Score]:
    groups: dict[K, list[Scored]] = {}
    for entry in counted:
        for key in set(about(entry.question)):
            groups.setdefault(key, []).append(entry)
    return {key: score_of(group) for key, group in sorted(groups.items())}


def score_of(counted: Sequence[Scored]) -> Score:
    """The weighted mean of the answers to at least one question, with its interval."""
    asked = sum(entry.question.weight for entry in counted)
    answered = sum(entry.question.weight for entry in counted if entry.value is not None)
    reached = sum(entry.question.weight * (entry.value or 0.0) for entry in counted)
    return Score(
        score=round(reached / answered, 4) if answered else None,
        low=round(reached / asked, 4),
        high=round((reached + asked - answered) / asked, 4),
        asked=len(counted),
        answered=sum(1 for entry in counted if entry.value is not None),
    )
