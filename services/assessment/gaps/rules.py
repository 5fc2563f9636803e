"""Which answers are gaps, and how grave."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.assessment.assessments.rules import Scored
from services.assessment.instruments.rules import Question


@dataclass(frozen=True, slots=True)
class Finding:
    """A question whose answer falls short."""

    question: Question
    severity: str


def gaps_in(counted: Iterable[Scored]) -> list[Finding]:
    """The existing gaps that ¶6 has the ranking acknowledge, in the instrument's order.

    Every answer that means less than full implementation is one; what is not applicable, not
    answered or not scored is none.
    """
    return [
        Finding(entry.question, gap_severity(1 - entry.value, entry.question.weight))
        for entry in counted
        if entry.value is not None and entry.value < 1
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
