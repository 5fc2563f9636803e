"""Responses about gaps."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.gaps.models import Severity
from services.assessment.gaps.rules import Basis
from services.assessment.instruments.models import Tag
from services.assessment.instruments.schemas import Provision
from services.assessment.ratings.rules import Rating
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode


class GapRead(BaseModel):
    """A gap, with the answers and the provisions that it comes from."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    assessment_id: UUID
    member_state: str
    confidential: bool
    survey_id: UUID
    basis: Basis = Field(
        description="An answer that falls short, or a rating worse than the answers claim"
    )
    rating: Rating | None = Field(description="The final rating that is worse than claimed")
    question: str = Field(description="Code of the weightiest question that it comes from")
    answer: str = Field(description="As the State gave it; empty where it gave none")
    answers: dict[str, str] = Field(description="Every answer that it comes from, by question")
    theme: str
    resolution: int
    provisions: list[Provision]
    tags: list[Tag]
    severity: Severity
    description: str
    identified_on: date


class GapQuery(ListQuery):
    """Filters and sort of the gaps."""

    member_state: Alpha3 | None = None
    assessment_id: UUID | None = None
    theme: ThemeCode | None = None
    resolution: ResolutionNumber | None = None
    severity: Severity | None = None
    basis: Basis | None = None
    tag: Tag | None = None
    sort: Literal["identified_on", "-identified_on", "theme", "-theme", "severity", "-severity"] = (
        "-identified_on"
    )
