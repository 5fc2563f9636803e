"""What addresses gender, human rights and children, over HTTP."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.instruments.models import Tag
from services.assessment.recommendations.models import RecommendationStatus
from shared.database import ListQuery
from shared.reference import Alpha3, RegionName, SubregionName


class MarkersBy(StrEnum):
    """What the counts are grouped by."""

    REGION = "region"
    SUBREGION = "subregion"
    MEMBER_STATE = "member_state"
    YEAR = "year"


class MarkerFilter(BaseModel):
    """Which States and years."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3 | None = None
    region: RegionName | None = None
    subregion: SubregionName | None = None
    year: int | None = Field(
        None, ge=1, le=9998, description="Of an assessment's completion or recommendation's issue"
    )


class MarkerQuery(MarkerFilter):
    """What to count."""

    by: list[MarkersBy] = Field([], max_length=len(MarkersBy), description="Left out: all together")


class Tally(BaseModel):
    """How many address it and how many do not."""

    addressing: int
    not_addressing: int


class TagTally(BaseModel):
    """How far one of them is addressed."""

    tag: Tag
    assessments: Tally
    recommendations: Tally


class MarkerGroup(BaseModel):
    """The counts of one group; what they are not grouped by is null."""

    region: str | None = None
    subregion: str | None = None
    member_state: str | None = None
    year: int | None = None
    tags: list[TagTally]


class MarkersRead(BaseModel):
    """How far assessments and recommendations address what cuts across the themes."""

    groups: list[MarkerGroup]


class MarkedAssessment(BaseModel):
    """What of an assessment is about one of them."""

    assessment_id: UUID
    member_state: str
    completed_on: date
    addressed: bool
    questions_asked: int
    questions_answered: int = Field(description="With more than `not_applicable`")
    gaps: int
    recommendations: int = Field(description="Issued")


class MarkedRecommendation(BaseModel):
    """Whether an issued recommendation is about one of them."""

    recommendation_id: UUID
    assessment_id: UUID
    member_state: str
    theme: str
    status: RecommendationStatus
    issued_on: date
    addressed: bool


class MarkedAssessmentQuery(ListQuery, MarkerFilter):
    """Filters and sort of the assessments."""

    addressed: bool | None = None
    sort: Literal["completed_on", "-completed_on"] = "-completed_on"


class MarkedRecommendationQuery(ListQuery, MarkerFilter):
    """Filters and sort of the recommendations."""

    addressed: bool | None = None
    sort: Literal["issued_on", "-issued_on"] = "-issued_on"
