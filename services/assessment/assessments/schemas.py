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


class ScoreRead(BaseModel):
    """The share of what is asked that is implemented, 0 to 1, and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    score: float | None = Field(description="Of what was answered; null where nothing was")
    low: float = Field(description="Were nothing in place of what was not answered")
    high: float = Field(description="Were everything in place of what was not answered")
    asked: int = Field(description="Questions that count")
    answered: int


class AssessmentRead(BaseModel):
    """A completed assessment, with the scores of the answers that the caller may see (¶23)."""

    id: UUID
    version: int
    survey_id: UUID
    member_state: str
    confidential: bool
    completed_on: date
    overall: ScoreRead
    by_theme: dict[str, ScoreRead]
    by_resolution: dict[str, ScoreRead]
    by_provision: dict[str, ScoreRead]
    summary: str


class AssessmentQuery(ListQuery):
    """Filters and sort of the assessments."""

    member_state: Alpha3 | None = None
    completed_since: date | None = None
    sort: Literal["completed_on", "-completed_on", "score", "-score"] = "-completed_on"
