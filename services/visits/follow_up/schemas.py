"""Requests and responses about follow-ups."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.findings.models import KnownRecommendation
from services.visits.follow_up.models import (
    ExtensionStatus,
    FollowUp,
    FollowUpStatus,
    StepReview,
    StepReviewOutcome,
)
from services.visits.follow_up.rules import still_to_report
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, Capacity, Evidence
from shared.texts import Reason

Progress = Literal["none", "in_progress", "partly_implemented", "implemented"]


EvidenceList = Annotated[list[Evidence], Field(max_length=50)]


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
    evidence: EvidenceList = []


class Steps(BaseModel):
    """All steps taken; they take the place of those saved before.

    While CTED asks for clarification only the steps asked about change, and others may be left out.
    """

    model_config = ConfigDict(extra="forbid")

    steps: list[Step] = Field(max_length=1000)


class Verification(BaseModel):
    """What an officer found of a step."""

    model_config = ConfigDict(extra="forbid")

    progress: Progress = Field(description="As verified, which may be less than was reported")
    comment: Reason
    evidence: EvidenceList = Field([], description="What the officer saw")


class Question(BaseModel):
    """What the State is asked to clarify about a step."""

    model_config = ConfigDict(extra="forbid")

    comment: Reason


class StepReviewRead(BaseModel):
    """An officer's word on a step."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    recommendation_id: UUID
    outcome: StepReviewOutcome
    progress: Progress | None = Field(description="As verified")
    comment: str
    evidence: list[Evidence]
    reviewed_by: str
    reviewed_on: date
    answered_on: date | None = Field(description="When the State answered the question")


class ReviewedStep(Step):
    """A step, and the last word of an officer on it."""

    review: StepReviewRead | None = None


class ExtensionCreate(BaseModel):
    """More time to report the steps taken, and why (¶9)."""

    model_config = ConfigDict(extra="forbid")

    until: PlannedDay
    reason: Reason


class ExtensionDecision(BaseModel):
    """What CTED decides on a request for more time."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["granted", "refused"]
    reason: Reason


class ExtensionRead(BaseModel):
    """More time, as it was asked for and decided."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    follow_up_id: UUID
    member_state: str
    status: ExtensionStatus
    due_on: date = Field(description="The due date that it is to move")
    until: date
    reason: str
    requested_by: str
    requested_on: date
    decision_reason: str | None
    decided_by: str | None
    decided_on: date | None


class FurtherActivity(BaseModel):
    """An additional activity, or none, and why (¶9)."""

    model_config = ConfigDict(extra="forbid")

    activity: Literal["visit", "technical_assistance", "none"]
    reason: Reason
    recommendations: list[UUID] = Field(
        [], max_length=1000, description="Those that technical assistance is for"
    )


class FurtherActivities(BaseModel):
    """What CTED recommends to do next; it takes the place of what it recommended before."""

    model_config = ConfigDict(extra="forbid")

    activities: list[FurtherActivity] = Field(min_length=1, max_length=3)


class FollowUpConsideration(BaseModel):
    """What the Committee concludes (¶9)."""

    model_config = ConfigDict(extra="forbid")

    agreed: list[Literal["visit", "technical_assistance"]] = Field(
        max_length=2, description="Of what CTED recommends; empty if nothing more is needed"
    )
    reason: Reason


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
    first_due_on: date = Field(description="Before any extension")
    due_on: date
    status: FollowUpStatus
    confidential: bool
    reported_on: date | None
    verified_on: date | None
    activities: list[FurtherActivity] = Field(description="What CTED recommends")
    recommended_on: date | None
    agreed: list[str] = Field(description="What the Committee agreed to")
    consideration: str | None
    considered_on: date | None


class FollowUpRead(FollowUpSummary):
    """A follow-up with the State's recommendations and the steps taken about them."""

    steps: list[ReviewedStep]
    recommendations: list[RecommendationRead]
    still_to_report: list[UUID] = Field(
        description="The recommendations, not closed, about which no step is saved"
    )

    @classmethod
    def of(
        cls,
        follow_up: FollowUp,
        recommendations: Sequence[KnownRecommendation],
        reviews: Sequence[StepReview],
    ) -> Self:
        """The public form of a follow-up; `reviews` is the last word on each step."""
        last = {
            review.recommendation_id: StepReviewRead.model_validate(review) for review in reviews
        }
        steps = [ReviewedStep.model_validate(step) for step in follow_up.steps]
        missing = still_to_report(
            [(str(known.issued.recommendation_id), known.closed) for known in recommendations],
            {str(step.recommendation_id) for step in steps},
        )
        return cls(
            **FollowUpSummary.model_validate(follow_up).model_dump(),
            steps=[
                step.model_copy(update={"review": last.get(step.recommendation_id)})
                for step in steps
            ],
            recommendations=[RecommendationRead.of(known) for known in recommendations],
            still_to_report=[UUID(key) for key in missing],
        )


class FollowUpQuery(ListQuery):
    """Filters and sort of the follow-ups."""

    member_state: Alpha3 | None = None
    status: FollowUpStatus | None = None
    due_before: date | None = Field(None, description="Due earlier than this date")
    overdue: bool | None = Field(
        None, description="Whether the due date is past and nothing is reported"
    )
    sort: Literal["due_on", "-due_on", "age", "-age", "created_at", "-created_at"] = Field(
        "due_on", description="`-age`: overdue for longest first"
    )


class OverdueFollowUp(BaseModel):
    """A follow-up of which nothing is reported although it was due."""

    id: UUID
    member_state: str
    region: str
    least_developed: bool = Field(description="A fact about capacity (¶9)")
    due_on: date
    days_overdue: int


class OverdueAge(BaseModel):
    """The follow-ups that are overdue for so many days."""

    from_days: int
    to_days: int | None = Field(description="Null: for any longer time")
    count: int
    by_region: dict[str, int]
    by_capacity: dict[Capacity, int]
    follow_ups: list[OverdueFollowUp] = Field(description="Overdue for longest first")


class OverdueByAge(BaseModel):
    """Everything overdue on a day, by age."""

    as_of: date
    count: int
    ages: list[OverdueAge]
