"""What makes a response whole, and what of an earlier one still holds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.assessment.instruments.rules import (
    NOT_APPLICABLE,
    YES_NO_PARTIAL,
    AnswerValue,
    Question,
    QuestionKind,
    shown_questions,
)

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "issued": ("submitted",),
    "submitted": ("returned", "accepted"),
    "returned": ("submitted",),
    "accepted": ("assessed",),
    "assessed": (),
}
"""The steps allowed from each state of a survey."""

LONGEST_TEXT = 20_000
"""Characters of an answer in words; the project's own limit."""


@dataclass(frozen=True, slots=True)
class AnswerFault:
    """What is wrong with the answer to a question, and the way out."""

    question: str
    message: str


def answer_fault(question: Question, value: AnswerValue) -> str | None:
    """Why the value does not answer the question, with the way out; None where it does."""
    in_words = question.kind in (QuestionKind.TEXT, QuestionKind.DOCUMENT)
    if in_words:
        if not isinstance(value, str) or not value.strip():
            return "Answer it in words, or leave it out."
        if len(value) > LONGEST_TEXT:
            return f"At most {LONGEST_TEXT} characters; it has {len(value)}."
        return None
    if value == NOT_APPLICABLE:
        return None
    if question.kind is QuestionKind.YES_NO_PARTIAL:
        offered = [*YES_NO_PARTIAL, NOT_APPLICABLE]
        return None if value in offered else f"Send one of {', '.join(offered)}."
    if question.kind is QuestionKind.CHOICE:
        return _choice_fault(question, value)
    return _number_fault(question, value)


def _choice_fault(question: Question, value: AnswerValue) -> str | None:
    offered = [choice.code for choice in question.choices]
    taken = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not question.multiple:
        return f"It takes one choice: send one of {', '.join(offered)}."
    if not taken or len(set(map(str, taken))) < len(taken) or not set(taken) <= set(offered):
        return f"Choose from {', '.join(offered)}, each at most once, or {NOT_APPLICABLE}."
    return None


def _number_fault(question: Question, value: AnswerValue) -> str | None:
    low, high = question.minimum, question.maximum
    bounds = " ".join(
        part
        for part in (
            f"from {low:g}" if low is not None else "",
            f"to {high:g}" if high is not None else "",
        )
        if part
    )
    way_out = f"Send a number {bounds}".rstrip() + f", or {NOT_APPLICABLE}."
    if isinstance(value, (str, list)) or not math.isfinite(value):
        return way_out
    if question.kind is QuestionKind.SCALE and value != int(value):
        return f"Send a whole number {bounds}, or {NOT_APPLICABLE}."
    if (low is not None and value < low) or (high is not None and value > high):
        return way_out
    return None


def answer_faults(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue]
) -> list[AnswerFault]:
    """Everything wrong with given answers: unknown questions, values that do not answer."""
    by_code = {question.code: question for question in questions}
    faults = []
    for code, value in answers.items():
        if code not in by_code:
            faults.append(AnswerFault(code, "There is no such question here; leave it out."))
        elif message := answer_fault(by_code[code], value):
            faults.append(AnswerFault(code, message))
    return faults


def unanswered(
    questions: Sequence[Question], answers: Mapping[str, AnswerValue]
) -> list[AnswerFault]:
    """The required questions that the State is shown and has not answered."""
    return [
        AnswerFault(
            question.code,
            "Answer it."
            if question.kind in (QuestionKind.TEXT, QuestionKind.DOCUMENT)
            else f"Answer it, or with {NOT_APPLICABLE}.",
        )
        for question in shown_questions(questions, answers)
        if question.required and question.code not in answers
    ]


def carried_forward(
    before: Iterable[Question], answers: Mapping[str, AnswerValue], now: Iterable[Question]
) -> dict[str, AnswerValue]:
    """What of the previous round's answers answers this round's questions.

    A question is the same where its code is and `asks_the_same` holds; an answer that its new
    bounds or choices no longer take, or that is worded otherwise now, is not carried.
    """
    known = {question.code: question for question in before}
    return {
        question.code: answers[question.code]
        for question in now
        if question.code in answers
        and question.code in known
        and _still_answers(known[question.code], question, answers[question.code])
    }


def asks_the_same(before: Question, now: Question) -> bool:
    """Whether two questions of one code are one: of their kind, text and unit, or scale."""
    return _measure(before) == _measure(now)


def _measure(question: Question) -> tuple[object, ...]:
    bounds = (question.minimum, question.maximum)
    is_scale = question.kind is QuestionKind.SCALE
    return question.kind, question.text, question.unit, bounds if is_scale else None


def _still_answers(before: Question, now: Question, answer: AnswerValue) -> bool:
    taken = answer if isinstance(answer, list) else [answer]
    said, says = (
        {choice.code: choice.label for choice in question.choices if choice.code in taken}
        for question in (before, now)
    )
    return asks_the_same(before, now) and said == says and answer_fault(now, answer) is None
