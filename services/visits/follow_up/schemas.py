"""Requests and responses about follow-ups."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.findings.models import KnownRecommendation
from services.visits.follow_up.models import FollowUp, FollowUpStatus
from shared.database import ListQuery
from shared.reference import Alpha3

Progress = Literal["none", "in_progress", "partly_implemented", "implemented"]
Activity = Literal["visit", "technical_assistance", "none"]


class Step(BaseModel):
    """What the State did about one recommendation."""

    model_config = ConfigDict(extra="forbid")

    recommendation_id: UUID
    progress: Progress
    description: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
    ]
    technical_assistance_needed: bool = Field(
        default=False, description="Whether the State needs help to go on (¶9)"
    )


class Steps(BaseModel):
    """All steps taken; they take the place of those saved before."""

    model_config = ConfigDict(extra="forbid")

    steps: list[Step] = Field(max_length=1000)


class FurtherActivities(BaseModel):
    """What CTED recommends to do next (¶9)."""

    model_config = ConfigDict(extra="forbid")

    activity: Activity
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class RecommendationRead(BaseModel):
    """A recommendation to the State, with its status as the assessment service told it."""

    model_config = ConfigDict(from_attributes=True)

    recommendation_id: UUID
    gap_id: UUID
    theme: str
    resolution: int
    text: str = Field(description="Empty if the State keeps it confidential: see the assessment")
    priority: str
    technical_assistance_needed: bool
    issued_on: date
    target_on: date
    status: str
    closed: bool = Field(description="Implemented or no longer relevant")

    @classmethod
    def of(cls, known: KnownRecommendation) -> Self:
        """The public form of a recommendation."""
        issued = known.issued
        fields = {name: getattr(issued, name) for name in cls.model_fields if hasattr(issued, name)}
        return cls(**fields, status=known.status, closed=known.closed)


class FollowUpSummary(BaseModel):
    """A follow-up, as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    report_id: UUID
    member_state: str
    submitted_on: date
    due_on: date
    status: FollowUpStatus
    confidential: bool
    reported_on: date | None
    activity: Activity | None
    activity_reason: str | None
    considered_on: date | None


class FollowUpRead(FollowUpSummary):
    """A follow-up with the State's recommendations and the steps taken about them."""

    steps: list[Step]
    recommendations: list[RecommendationRead]

    @classmethod
    def of(cls, follow_up: FollowUp, recommendations: list[KnownRecommendation]) -> Self:
        """The public form of a follow-up."""
        return cls(
            **FollowUpSummary.model_validate(follow_up).model_dump(),
            steps=[Step.model_validate(step) for step in follow_up.steps],
            recommendations=[RecommendationRead.of(known) for known in recommendations],
        )


class FollowUpQuery(ListQuery):
    """Filters and sort of the follow-ups."""

    member_state: Alpha3 | None = None
    status: FollowUpStatus | None = None
    due_before: date | None = Field(None, description="Due earlier than this date")
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"
