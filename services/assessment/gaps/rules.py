"""Which answers and ratings are gaps, and how grave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.assessment.assessments.rules import Scored
from services.assessment.instruments.rules import Provision, Question
from services.assessment.ratings.rules import (
    RATING_VALUES,
    RatedItem,
    Rating,
    is_not_borne_out,
)


class Basis(StrEnum):
    """What shows a gap."""

    ANSWER = "answer"
    """The State's own answer falls short."""
    RATING = "rating"
    """The answers claim more than the assessors find."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What falls short, and the questions whose answers it comes from."""

    basis: Basis
    questions: tuple[Question, ...]
    """At least one; the weightiest first."""
    provisions: tuple[Provision, ...]
    severity: str
    rating: Rating | None = None
    """The worst final rating that is worse than the answers claim."""

    @property
    def question(self) -> Question:
        """The weightiest question."""
        return self.questions[0]


def gaps_in(counted: Sequence[Scored], rated: Sequence[RatedItem] = ()) -> list[Finding]:
    """The existing gaps that ¶6 has the ranking acknowledge, in the instrument's order.

    Every answer that means less than full implementation is one; what is not applicable, to the
    State or to the assessors in all its items, not answered or not scored is none. An item whose
    final rating is worse than its answers claim (¶4) makes the gaps of its answers as grave as
    the rating; those of its answers that show no gap by themselves are one together. Items of a
    theme that rest on the same such answers are the same gap.
    """
    inapplicable = _inapplicable(rated)
    doubted = [item for item in rated if is_not_borne_out(item)]
    findings = []
    for entry in counted:
        code = entry.question.code
        if entry.value is None or entry.value >= 1 or code in inapplicable:
            continue
        worst = _worst(item for item in doubted if entry.question in item.item.questions)
        shortfall = 1 - min(entry.value, RATING_VALUES[worst] if worst else 1)
        findings.append(
            Finding(
                Basis.ANSWER,
                (entry.question,),
                entry.question.provisions,
                gap_severity(shortfall, entry.question.weight),
                worst,
            )
        )
    return findings + _claims_not_borne_out(
        doubted, {finding.question.code for finding in findings}
    )


def _claims_not_borne_out(doubted: Iterable[RatedItem], known: set[str]) -> list[Finding]:
    groups: dict[tuple[str, tuple[Question, ...]], list[RatedItem]] = {}
    for item in doubted:
        claims = tuple(asked for asked in item.item.questions if asked.code not in known)
        if claims:
            groups.setdefault((item.item.theme, claims), []).append(item)
    findings = []
    for (_, claims), items in groups.items():
        worst = _worst(items)
        assert worst is not None  # noqa: S101 - a group has an item
        questions = tuple(sorted(claims, key=lambda asked: -asked.weight))
        findings.append(
            Finding(
                Basis.RATING,
                questions,
                tuple(item.item.provision for item in items),
                gap_severity(1 - RATING_VALUES[worst], questions[0].weight),
                worst,
            )
        )
    return findings


def _inapplicable(rated: Iterable[RatedItem]) -> set[str]:
    """The questions all of whose items the assessors find not applicable."""
    by_question: dict[str, set[bool]] = {}
    for item in rated:
        for asked in item.item.questions:
            applies = item.rating is not Rating.NOT_APPLICABLE
            by_question.setdefault(asked.code, set()).add(applies)
    return {code for code, applies in by_question.items() if applies == {False}}


def _worst(items: Iterable[RatedItem]) -> Rating | None:
    return min((item.rating for item in items), key=RATING_VALUES.__getitem__, default=None)


def gap_severity(shortfall: float, weight: int) -> str:
    """The severity of a shortfall (above 0, up to 1) in a question of this weight (1 to 5).

    The shortfall is what an answer's value, or a rating's (`RATING_VALUES`), lacks of 1. The
    product decides: from 4 critical, from 2.5 high, from 1.5 medium, else low; so nothing of which
    more than a fifth is in place is critical, and nothing of weight 1 is more than low. By ratings,
    at weight 5 not implemented is critical, partially high, largely medium. This scale is the
    project's own.
    """
    product = shortfall * weight
    if product >= 4:
        return "critical"
    if product >= 2.5:
        return "high"
    if product >= 1.5:
        return "medium"
    return "low"
