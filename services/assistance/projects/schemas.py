"""Requests and responses about projects."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assistance.projects.models import Project, ProjectStatus
from shared.auth import Caller
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode


class Completion(BaseModel):
    """What the project achieved."""

    model_config = ConfigDict(extra="forbid")

    summary: str = Field(min_length=3, max_length=5000)


class Cancellation(BaseModel):
    """Why the project ends without its result."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=2000)


class ProjectRead(BaseModel):
    """Assistance that a provider gives to meet a need."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    need_id: UUID
    match_id: UUID
    offer_id: UUID
    recommendation_id: UUID | None
    organisation: str
    member_state: str
    theme: str
    confidential: bool
    status: ProjectStatus
    starts_on: date
    ends_on: date
    budget_usd: int | None
    ended_on: date | None = Field(description="When it was completed or cancelled")
    summary: str | None
    cancelled_because: str | None
    baseline_score: float | None = Field(
        description="The theme's score at the start, 0 to 1; null if unknown or confidential"
    )

    @classmethod
    def of(cls, project: Project, caller: Caller) -> Self:
        """The project as the caller may see it: its baseline may be confidential by itself."""
        read = cls.model_validate(project)
        if project.baseline_confidential and not caller.may_see_confidential_of(
            project.member_state
        ):
            return read.model_copy(update={"baseline_score": None})
        return read


class ProjectQuery(ListQuery):
    """Filters and sort of the projects."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    organisation: str | None = Field(None, max_length=100)
    status: ProjectStatus | None = None
    sort: Literal["starts_on", "-starts_on", "ends_on", "-ends_on"] = "-starts_on"
