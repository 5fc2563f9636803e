"""What differs between two instruments, in its public form."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.instruments.differences.rules import (
    ChangeKind,
    CoverageStep,
    WordStep,
)
from services.assessment.instruments.models import InstrumentStatus
from services.assessment.instruments.schemas import Question


class Compared(BaseModel):
    """One of the two instruments."""

    id: UUID
    code: str
    edition: int | None
    title: str
    status: InstrumentStatus


class PlacedQuestion(BaseModel):
    """A question and the code of its section."""

    section: str
    question: Question


class Wording(BaseModel):
    """Neighbouring words that all stayed, went or came."""

    step: WordStep
    text: str


class QuestionChange(BaseModel):
    """A question that both ask, and what of it changed; `renamed` is likely, from its words."""

    before: PlacedQuestion
    after: PlacedQuestion
    changes: list[ChangeKind]
    wording: list[Wording] = Field(description="Both texts in one; empty where it is the same")


class Extent(BaseModel):
    """How much is asked."""

    questions: int
    weight: int


class Coverage(BaseModel):
    """How much is asked about one thing before and after."""

    key: str
    before: Extent
    after: Extent
    step: CoverageStep = Field(description="By questions; where they are as many, by weight")


class CoverageByKind(BaseModel):
    """What the instruments ask about."""

    resolution: list[Coverage]
    provision: list[Coverage]
    theme: list[Coverage]
    tag: list[Coverage]


class InstrumentDifferences(BaseModel):
    """What changed from one instrument to another, and what is covered since (¶5, ¶12)."""

    before: Compared
    after: Compared
    added: list[PlacedQuestion]
    dropped: list[PlacedQuestion]
    changed: list[QuestionChange]
    coverage: CoverageByKind
