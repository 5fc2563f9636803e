"""Responses about gaps."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.gaps.models import Severity
from services.assessment.instruments.models import Tag
from services.assessment.instruments.schemas import Provision
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode


class GapRead(BaseModel):
    """A gap, with the answer and the provision that it comes from."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    assessment_id: UUID
    member_state: str
    confidential: bool
    survey_id: UUID
    question: str = Field(description="Code of the question in the instrument")
    answer: str = Field(description="As the State gave it")
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
    tag: Tag | None = None
    sort: Literal["identified_on", "-identified_on", "theme", "-theme"] = "-identified_on"
