"""Requests and responses about assessments."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.database import ListQuery
from shared.reference import Alpha3


class AssessmentCreate(BaseModel):
    """The survey whose response is assessed."""

    model_config = ConfigDict(extra="forbid")

    survey_id: UUID
    summary: str = Field(max_length=20_000, description="The assessor's words")


class AssessmentRead(BaseModel):
    """A completed assessment."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    survey_id: UUID
    member_state: str
    confidential: bool
    completed_on: date
    score: float = Field(description="Share of what the instrument asks that is in place, 0 to 1")
    scores_by_theme: dict[str, float]
    scores_by_resolution: dict[str, float]
    summary: str


class AssessmentQuery(ListQuery):
    """Filters and sort of the assessments."""

    member_state: Alpha3 | None = None
    completed_since: date | None = None
    sort: Literal["completed_on", "-completed_on", "score", "-score"] = "-completed_on"
