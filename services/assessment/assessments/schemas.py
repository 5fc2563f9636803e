"""Requests and responses about assessments."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.assessment.assessments.models import AssessmentStatus
from services.assessment.ratings.rules import Rating
from shared.database import ListQuery
from shared.reference import Alpha3


def _distinct(assessors: list[str]) -> list[str]:
    if len(set(assessors)) < len(assessors):
        raise ValueError("name each assessor once")
    return assessors


Assessors = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    AfterValidator(_distinct),
    Field(
        min_length=1,
        max_length=2,
        description="Subjects of their access tokens; two rate apart and settle where they differ",
    ),
]
Summary = Annotated[str, Field(max_length=20_000, description="The assessors' words")]


class AssessmentCreate(BaseModel):
    """The survey whose response is assessed, and by whom."""

    model_config = ConfigDict(extra="forbid")

    survey_id: UUID
    assessors: Assessors | None = Field(None, description="Without: whoever opens it, alone")
    summary: Summary = ""


class AssessmentUpdate(BaseModel):
    """What to change of an open assessment."""

    model_config = ConfigDict(extra="forbid")

    summary: Summary | None = None
    assessors: Assessors | None = Field(
        None, description="For a lead; the ratings of whoever is no longer named are dropped"
    )


class ScoreRead(BaseModel):
    """The share of what is asked that is implemented, 0 to 1, and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    score: float | None = Field(description="Of what was answered; null where nothing was")
    low: float = Field(description="Were nothing in place of what was not answered")
    high: float = Field(description="Were everything in place of what was not answered")
    asked: int = Field(description="Questions that count")
    answered: int


class RatingTallyRead(BaseModel):
    """The final ratings of several items taken together."""

    model_config = ConfigDict(from_attributes=True)

    rating: Rating = Field(description="The middle one; of two in the middle, the worse")
    counts: dict[Rating, int] = Field(description="Items of each rating")


class RatingTallies(BaseModel):
    """The final ratings, overall and by what they are about."""

    overall: RatingTallyRead
    by_theme: dict[str, RatingTallyRead]
    by_resolution: dict[str, RatingTallyRead]
    by_provision: dict[str, RatingTallyRead]


class AssessmentSummary(BaseModel):
    """An assessment, with what the caller may see of it as a whole (¶12, ¶23)."""

    id: UUID
    version: int
    survey_id: UUID
    member_state: str
    confidential: bool
    holds_confidential: bool = Field(
        description="Whether what you see of it rests on answers that others may not see"
    )
    status: AssessmentStatus
    assessors: list[str] | None = Field(description="Told to CTED alone")
    unsettled: int | None = Field(
        description="Items to settle, once both assessors have handed in; told to CTED alone"
    )
    opened_on: date
    completed_on: date | None
    overall: ScoreRead | None = Field(description="Null until it is completed")
    rating: Rating | None = Field(description="Of all items together; null until it is completed")
    summary: str = Field(
        description="Empty where it may tell of answers that you may not see, or none was written"
    )


class AssessmentRead(AssessmentSummary):
    """An assessment, with the scores and ratings that the caller may see (¶12, ¶23)."""

    by_theme: dict[str, ScoreRead]
    by_resolution: dict[str, ScoreRead]
    by_provision: dict[str, ScoreRead]
    ratings: RatingTallies | None = Field(description="Null until it is completed")


class AssessmentQuery(ListQuery):
    """Filters and sort of the assessments."""

    status: AssessmentStatus = Field(
        AssessmentStatus.COMPLETED, description="Open ones are shown to CTED alone"
    )
    member_state: Alpha3 | None = None
    completed_since: date | None = None
    assessor: str | None = Field(None, max_length=200, description="For CTED: whose work it is")
    sort: (
        Literal["opened_on", "-opened_on", "completed_on", "-completed_on", "score", "-score"]
        | None
    ) = Field(None, description="Latest first; open ones sort by opened_on alone")
