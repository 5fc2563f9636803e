"""What of a response takes up gender, human rights and children."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.assessment.instruments.rules import (
    NOT_APPLICABLE,
    AnswerValue,
    Question,
    shown_questions,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """The questions about one of them: shown, and answered with more than `not_applicable`."""

    asked: int
    answered: int


def markers_of(
    questions: Sequence[Question],
    answers: Mapping[str, AnswerValue],
    withheld: Iterable[str] = (),
) -> dict[str, Marker]:
    """By tag, what the response has of it (¶30, ¶39); every question counts once, scored or not.

    `withheld` is that of `shown_questions`.
    """
    markers: dict[str, Marker] = {}
    for question in shown_questions(questions, answers, withheld):
        is_answered = answers.get(question.code, NOT_APPLICABLE) != NOT_APPLICABLE
        for tag in question.tags:
            before = markers.get(tag, Marker(0, 0))
            markers[tag] = Marker(before.asked + 1, before.answered + is_answered)
    return markers
