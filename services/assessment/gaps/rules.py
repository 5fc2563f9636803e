"""Which answers are gaps, and how grave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.assessment.assessments.rules import ANSWER_VALUES, Asked


@dataclass(frozen=True, slots=True)
class Finding:
    """A question whose answer falls short."""

    question: Asked
    answer: str
    severity: str


def gaps_in(answers: Mapping[str, str], questions: Iterable[Asked]) -> list[Finding]:
    """The existing gaps that ¶6 has the ranking acknowledge, in the instrument's order.

    Every answer of less than `yes` is one; `not_applicable` and unanswered questions are none.
    """
    return [
        Finding(question, answers[question.code], gap_severity(1 - value, question.weight))
        for question in questions
        if (value := ANSWER_VALUES.get(answers.get(question.code, ""), 1.0)) < 1
    ]


def gap_severity(shortfall: float, weight: int) -> str:
    """The severity of a shortfall (above 0, up to 1) in a question of this weight (1 to 5).

    The product decides: from 4 critical, from 2.5 high, from 1.5 medium, else low; so nothing
    that is partly in place is critical, and nothing of weight 1 is more than low. This scale is
    the project's own.
    """
    product = shortfall * weight
    if product >= 4:
        return "critical"
    if product >= 2.5:
        return "high"
    if product >= 1.5:
        return "medium"
    return "low"
