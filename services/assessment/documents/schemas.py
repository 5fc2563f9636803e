"""What the documents say, before it takes the form of a PDF or a DOCX."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.gaps.models import Severity
from services.assessment.ratings.rules import Rating
from services.assessment.recommendations.models import Priority, RecommendationStatus
from services.assessment.strategies.models import StrategyKind, StrategyStatus


class DocumentFormat(StrEnum):
    """The form of a document; `json` is what the others are rendered from."""

    PDF = "pdf"
    DOCX = "docx"
    JSON = "json"


class DocumentQuery(BaseModel):
    """The form that is wanted."""

    model_config = ConfigDict(extra="forbid")

    format: DocumentFormat = DocumentFormat.PDF


class ScoreLine(BaseModel):
    """A score and what it is about."""

    name: str
    score: float | None
    low: float
    high: float
    asked: int
    answered: int
    rating: Rating | None = Field(None, description="The middle one of the assessors' ratings")


class GapLine(BaseModel):
    """A gap in a few words."""

    theme: str
    severity: Severity
    provisions: str
    description: str
    answer: str


class RecommendationLine(BaseModel):
    """A recommendation in a few words."""

    theme: str
    text: str
    priority: Priority
    status: RecommendationStatus
    target_on: date
    technical_assistance_needed: bool
    overdue: bool


class StrategyLine(BaseModel):
    """A strategy of the State in a few words (¶16, ¶17)."""

    title: str
    kind: StrategyKind
    status: StrategyStatus
    adopted_on: date | None
    valid_until: date | None
    missing: list[str] = Field(description="What it lacks to be comprehensive and integrated")


class Round(BaseModel):
    """One assessment in a State's history."""

    completed_on: date
    instrument: str
    overall: ScoreLine


class Heading(BaseModel):
    """What stands on top of every document."""

    member_state: str
    state: str = Field(description="The State's name")
    region: str
    made_on: date
    confidential: bool = Field(
        description="Whether the copy holds what the State asked to keep confidential (¶23)"
    )


class AssessmentReport(Heading):
    """The report of one assessment."""

    instrument: str
    notice: str | None
    completed_on: date
    summary: str
    overall: ScoreLine
    by_theme: list[ScoreLine]
    by_resolution: list[ScoreLine]
    gaps: list[GapLine]
    recommendations: list[RecommendationLine]


class StateProfile(Heading):
    """What is known of a State's implementation, as it stands."""

    rounds: list[Round] = Field(description="Oldest first")
    by_theme: list[ScoreLine] = Field(description="Of the latest assessment")
    gaps: list[GapLine] = Field(description="Of the latest assessment, gravest first")
    recommendations: list[RecommendationLine]
    strategies: list[StrategyLine]
