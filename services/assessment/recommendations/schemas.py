"""Requests and responses about recommendations."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.recommendations.models import Priority, RecommendationStatus
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode


class RecommendationCreate(BaseModel):
    """A recommendation to draft from a gap."""

    model_config = ConfigDict(extra="forbid")

    gap_id: UUID
    text: str = Field(min_length=10, max_length=5000)
    priority: Priority
    technical_assistance_needed: bool = Field(description="Whether the State needs help (¶9)")
    target_on: date


class RecommendationUpdate(BaseModel):
    """What to change in a draft; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, min_length=10, max_length=5000)
    priority: Priority | None = None
    technical_assistance_needed: bool | None = None
    target_on: date | None = None


class StatusChange(BaseModel):
    """The status that a recommendation takes, and why."""

    model_config = ConfigDict(extra="forbid")

    status: Literal[
        "accepted", "in_progress", "partly_implemented", "implemented", "no_longer_relevant"
    ]
    reason: str = Field(min_length=3, max_length=2000, description="With the evidence for it")


class RecommendationRead(BaseModel):
    """A recommendation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    gap_id: UUID
    member_state: str
    confidential: bool
    theme: str
    resolution: int
    text: str
    priority: Priority
    technical_assistance_needed: bool
    status: RecommendationStatus
    target_on: date
    issued_on: date | None
    review_requested_on: date | None = Field(description="CTED is asked to look at its status")
    review_because: str | None


class StepRead(BaseModel):
    """One change of a recommendation's status."""

    model_config = ConfigDict(from_attributes=True)

    previous: RecommendationStatus
    status: RecommendationStatus
    reason: str
    changed_on: date
    changed_by: str


class StepQuery(ListQuery):
    """Sort of a recommendation's steps."""

    sort: Literal["created_at", "-created_at"] = "created_at"


class RecommendationQuery(ListQuery):
    """Filters and sort of the recommendations."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    status: RecommendationStatus | None = None
    gap_id: UUID | None = None
    technical_assistance_needed: bool | None = None
    review_requested: bool | None = None
    sort: Literal["target_on", "-target_on", "created_at", "-created_at"] = "-created_at"
