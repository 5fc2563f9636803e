"""Requests and responses about ratings."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.assessment.ratings.rules import Rating
from shared.database import ListQuery
from shared.reference import ThemeCode


class _OfItem(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    theme: str
    provision: str = Field(examples=["1373 2(e)"])
    questions: list[str] = Field(description="Codes of the questions that it rests on")
    score: float | None = Field(description="Of their answers, 0 to 1; null where none counts")


class RatingGiven(BaseModel):
    """The rating of one item."""

    model_config = ConfigDict(extra="forbid")

    theme: ThemeCode
    provision: str = Field(max_length=60, examples=["1373 2(e)"])
    rating: Rating
    reasons: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=10_000)
    ]


class RatingsGiven(BaseModel):
    """Ratings of one item or many; all are kept, or none."""

    model_config = ConfigDict(extra="forbid")

    ratings: list[RatingGiven] = Field(min_length=1, max_length=2000)


class SheetItem(_OfItem):
    """An item to rate, with the assessor's own rating."""

    rating: Rating | None
    reasons: str | None


class SheetRead(BaseModel):
    """An assessor's own ratings, and what is still to rate."""

    assessment_id: UUID
    version: int
    assessor: str
    handed_in_on: date | None
    unrated: int
    items: list[SheetItem]


class AssessorRating(BaseModel):
    """What one assessor found."""

    model_config = ConfigDict(from_attributes=True)

    rating: Rating
    reasons: str


class ComparedItem(_OfItem):
    """An item as each assessor rates it, and how it is settled."""

    ratings: dict[str, AssessorRating] = Field(description="By assessor")
    differs: bool
    rating: Rating | None = Field(description="Final; null while it is to be settled")
    reasons: str | None
    settled_by: str | None


class Comparison(BaseModel):
    """The assessors' ratings side by side."""

    assessment_id: UUID
    version: int = Field(description="Of the assessment")
    unsettled: int
    items: list[ComparedItem]


class ComparisonQuery(BaseModel):
    """Which items to compare."""

    model_config = ConfigDict(extra="forbid")

    differing: bool = Field(default=False, description="Only those that the assessors differ on")


class FinalRating(_OfItem):
    """An item's final rating beside the score of its answers (¶12)."""

    rating: Rating
    reasons: str


class FinalRatingQuery(ListQuery):
    """Filters and sort of the final ratings."""

    theme: ThemeCode | None = None
    provision: str | None = Field(None, max_length=60)
    rating: Rating | None = None
    sort: Literal["position", "-position"] = Field("position", description="In the instrument")
