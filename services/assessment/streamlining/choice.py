"""Which of the questions that add little could go, so that what is left covers what was covered."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.assessment.instruments.differences.rules import subjects_of
from services.assessment.instruments.rules import Question
from services.assessment.streamlining.information import FEWEST_STATES
from services.assessment.streamlining.responses import Responses
from services.assessment.streamlining.usage import Predictors, QuestionUse

MISSING_IN_MOST = 0.5
"""Share of the States asked that do not answer, above which a question is missing in most; the
project's own number."""


class Ground(StrEnum):
    """Why a question adds little."""

    NO_VARIANCE = "no_variance"
    IMPLIED = "implied"
    MISSING_IN_MOST = "missing_in_most"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a question adds little, with the numbers."""

    ground: Ground
    words: str
    implied_by: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A question that adds little and stays all the same."""

    question: str
    reasons: tuple[Reason, ...]
    kept_because: str


class Choice:
    """Drops the least telling question after another, as long as nothing is lost by it.

    Each resolution, provision, theme and tag keeps a question, and a scored one where it had one;
    no condition of a question that stays tests one that goes; what implies the answers to one
    that goes stays.
    """

    def __init__(
        self, known: Responses, uses: Mapping[str, QuestionUse], predictors: Predictors
    ) -> None:
        self._known = known
        self._predictors = predictors
        self._left = dict(uses)
        self._asked_about = Counter(
            subject for use in uses.values() for subject in _subjects(use.question)
        )
        self._implies: dict[str, str] = {}
        self.dropped: dict[str, tuple[Reason, ...]] = {}
        order = sorted(uses.values(), key=lambda use: (use.adds or 0.0, use.question.weight))
        # Again and again: what a condition tests comes free once what it shows is dropped.
        while sum(self._drop(use) for use in order if use.code in self._left):
            pass

    def kept(self) -> Iterator[Kept]:
        """What adds little and stays, in the instrument's order."""
        for code, use in self._left.items():
            if reasons := self._reasons(use):
                yield Kept(code, reasons, self._why_kept(use.question) or "")

    def _drop(self, use: QuestionUse) -> bool:
        code = use.code
        reasons = self._reasons(use)
        if not reasons or self._why_kept(use.question):
            return False
        del self._left[code]
        self._asked_about.subtract(_subjects(use.question))
        self.dropped[code] = reasons
        for reason in reasons:
            if reason.implied_by:
                self._implies[reason.implied_by] = code
        return True

    def _reasons(self, use: QuestionUse) -> tuple[Reason, ...]:
        return tuple(self._grounds(use))

    def _grounds(self, use: QuestionUse) -> Iterator[Reason]:
        if use.distinct == 1 and use.answered >= FEWEST_STATES:
            (only,) = use.distribution
            yield Reason(
                Ground.NO_VARIANCE,
                f"All {use.answered} States that answered it gave the same answer, {only.answer}.",
            )
        if found := self._predictors.implying(use.code, self._left):
            yield Reason(
                Ground.IMPLIED,
                f"The answer to {found.question} removes {found.explained:.0%} of the uncertainty"
                f" of its own; chance, {found.chance:.0%}. Of {found.states} States that answered"
                f" both, the answers of {found.implied:.0%} follow from it.",
                found.question,
            )
        if use.asked >= FEWEST_STATES and (use.missing or 0.0) > MISSING_IN_MOST:
            yield Reason(
                Ground.MISSING_IN_MOST,
                f"Of {use.asked} States that were asked, {use.asked - use.answered} did not"
                " answer it.",
            )

    def _why_kept(self, question: Question) -> str | None:
        for what in ("question", "scored question"):
            last_of = [
                f"{kind} {key}"
                for found, kind, key in sorted(_subjects(question))
                if found == what and self._asked_about[found, kind, key] == 1
            ]
            if last_of:
                return f"It is the last {what} on {', '.join(last_of)}."
        shows = [code for code in self._known.dependents_of(question.code) if code in self._left]
        if shows:
            return f"Its answer shows {', '.join(shows)}: show these otherwise, or drop them too."
        if question.code in self._implies:
            return f"{self._implies[question.code]} is to be dropped because this one implies it."
        return None


def _subjects(question: Question) -> set[tuple[str, str, str]]:
    """What the question is about, and once more where it is scored."""
    kinds = ["question", *(["scored question"] if question.is_scored else [])]
    return {(kind, *subject) for subject in subjects_of(question) for kind in kinds}
