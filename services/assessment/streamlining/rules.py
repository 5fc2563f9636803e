"""Which questions add least, and what dropping them does, from what States answered (¶12).

It is evidence for those who decide on the survey tools, and decides nothing: that every State
answers no may be what matters most.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.assessment.instruments.rules import Question, QuestionKind
from services.assessment.streamlining.choice import Choice, Kept, Reason
from services.assessment.streamlining.effects import Effect, Scores
from services.assessment.streamlining.information import FEWEST_STATES
from services.assessment.streamlining.responses import Response, Responses
from services.assessment.streamlining.usage import QuestionUse, uses_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question to drop, why, and what that does by itself."""

    question: str
    reasons: tuple[Reason, ...]
    effect: Effect


@dataclass(frozen=True, slots=True)
class KindUse:
    """How much use is made of one kind of question, in words or in figures."""

    kind: QuestionKind
    questions: int
    asked: int
    """Times that a State was asked one."""
    answered: int


@dataclass(frozen=True, slots=True)
class Streamlining:
    """Which questions add least, and what dropping them does to every State's score."""

    states: int
    conclusion: str
    """In words; that there is none, where too few States answered."""
    kinds: tuple[KindUse, ...]
    questions: tuple[QuestionUse, ...]
    proposals: tuple[Proposal, ...]
    kept: tuple[Kept, ...]
    effect: Effect
    """Of dropping all that is proposed."""
    what_if: Effect | None
    """Of dropping what was asked about."""

    @property
    def conclusive(self) -> bool:
        """Whether as many States answered as a conclusion takes."""
        return self.states >= FEWEST_STATES


def streamlining(
    questions: Sequence[Question], responses: Sequence[Response], what_if: Iterable[str] = ()
) -> Streamlining:
    """Which questions add least, which of them could go, and what that does to scores (¶12).

    Proposed is what has no variance, is implied by a question that stays, or is missing in most,
    as far as `Choice` lets it go; from fewer than `FEWEST_STATES` States, nothing. `what_if` is
    any set of codes of the questions.
    """
    known = Responses(questions, responses)
    scores = Scores(known)
    uses, predictors = uses_of(known)
    choice = Choice(known, uses, predictors)
    wanted = frozenset(what_if)
    return Streamlining(
        states=len(responses),
        conclusion=_conclusion(len(responses), len(questions), len(choice.dropped)),
        kinds=tuple(_kinds(uses.values())),
        questions=tuple(uses.values()),
        proposals=tuple(
            Proposal(code, reasons, scores.effect_of([code]))
            for code, reasons in choice.dropped.items()
        ),
        kept=tuple(choice.kept()),
        effect=scores.effect_of(choice.dropped),
        what_if=scores.effect_of(wanted) if wanted else None,
    )


def _kinds(uses: Iterable[QuestionUse]) -> Iterator[KindUse]:
    by_kind: dict[QuestionKind, list[QuestionUse]] = {}
    for use in uses:
        by_kind.setdefault(use.question.kind, []).append(use)
    for kind, found in sorted(by_kind.items()):
        yield KindUse(
            kind,
            len(found),
            asked=sum(use.asked for use in found),
            answered=sum(use.answered for use in found),
        )


def _conclusion(states: int, questions: int, proposed: int) -> str:
    if states < FEWEST_STATES:
        return (
            f"No conclusion: {states} States have answered, and fewer than {FEWEST_STATES} show"
            " nothing of which questions add least."
        )
    return (
        f"Of {questions} questions, {proposed} add so little, by what {states} States answered,"
        " that they could be dropped."
    )
