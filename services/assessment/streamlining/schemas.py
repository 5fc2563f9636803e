"""The streamlining report in its public form."""

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.instruments.rules import QuestionKind
from services.assessment.instruments.schemas import Code
from services.assessment.streamlining.choice import Ground


class StreamliningQuery(BaseModel):
    """Whose answers to take, and what to drop besides."""

    model_config = ConfigDict(extra="forbid")

    earlier_editions: bool = Field(
        default=False,
        description="Take States that have not answered this edition by their last earlier answers,"
        " as far as the questions are the same",
    )
    drop: list[Code] = Field([], max_length=500, description="What if these were dropped")


class AnswerCount(BaseModel):
    """How many States gave an answer."""

    answer: str
    states: int


class Predictor(BaseModel):
    """The question whose answers tell most of those to this one."""

    question: str
    explained: float = Field(
        description="Share of the uncertainty that it removes, I(X;Y) / H(X), 0 to 1, corrected"
        " for few States"
    )
    chance: float | None = Field(
        description="What the best question reaches by chance; null where it explains too little"
    )
    implied: float = Field(description="Share of the States whose answer follows from that to it")
    states: int = Field(description="That answered both")
    implies: bool = Field(description="Whether the answers follow from those to it, not by chance")


class QuestionUse(BaseModel):
    """What the answers to a question come to."""

    code: str
    asked: int = Field(description="States that were shown it")
    answered: int
    missing: float | None = Field(description="Share of those asked; null where none was")
    distribution: list[AnswerCount] = Field(description="Empty for answers in words")
    entropy: float | None = Field(description="In bits; null for answers in words")
    adds: float | None = Field(description="Bits for each State asked that no other one implies")
    predictor: Predictor | None


class KindUse(BaseModel):
    """How much use is made of one kind of question, in words or in figures."""

    kind: QuestionKind
    questions: int
    asked: int = Field(description="Times that a State was asked one")
    answered: int


class Reason(BaseModel):
    """Why a question adds little, with the numbers."""

    ground: Ground
    words: str
    implied_by: str | None


class StateEffect(BaseModel):
    """A State's score before and after; rank 1 is the highest."""

    member_state: str
    before: float | None
    after: float | None
    change: float | None
    rank_before: int | None
    rank_after: int | None


class ScoreEffect(BaseModel):
    """What becomes of one score of every State that has it."""

    states: list[StateEffect]
    largest: StateEffect | None = Field(description="Whose score changes most, either way")
    rank_changes: int = Field(description="States that rank otherwise")
    without_score: list[str] = Field(description="States whose score becomes none")


class Effect(BaseModel):
    """What dropping questions does."""

    dropped: list[str]
    no_longer_shown: list[str] = Field(
        description="Questions that no State would be shown any more"
    )
    uncovered: list[str] = Field(
        description="What no question is left on", examples=[["provision 1373 2(e)"]]
    )
    overall: ScoreEffect
    by_theme: dict[str, ScoreEffect] = Field(description="Where a State's score changes")


class Proposal(BaseModel):
    """A question to drop, why, and what that does by itself."""

    question: str
    reasons: list[Reason]
    effect: Effect


class Kept(BaseModel):
    """A question that adds little and stays all the same."""

    question: str
    reasons: list[Reason]
    kept_because: str


class StreamliningRead(BaseModel):
    """Which questions add least, and what dropping them does to every State's score (¶12).

    Evidence for those who decide on the survey tools: that every State answers no may be what
    matters most. It tells of confidential answers, and is for CTED and the Committee alone (¶23).
    """

    states: int = Field(description="That answered; each counts once")
    conclusive: bool
    conclusion: str
    kinds: list[KindUse]
    questions: list[QuestionUse]
    proposals: list[Proposal]
    kept: list[Kept]
    effect: Effect = Field(description="Of dropping all that is proposed")
    what_if: Effect | None = Field(description="Of dropping what the query names")
