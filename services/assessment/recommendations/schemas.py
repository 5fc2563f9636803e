"""Requests and responses about recommendations."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.assessment.instruments.models import Tag
from services.assessment.instruments.schemas import Provision
from services.assessment.recommendations.models import Priority, RecommendationStatus
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, Evidence, ResolutionNumber, ThemeCode

Text = Annotated[str, Field(min_length=10, max_length=5000)]
Provisions = Annotated[list[Provision], Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=len(Tag), description="Cross-cutting (¶30, ¶39)")]
AssistanceKind = Annotated[
    str, Field(min_length=3, max_length=500, description="What kind of help the State needs (¶9)")
]
Comments = Annotated[str, Field(min_length=3, max_length=5000)]


class RecommendationCreate(BaseModel):
    """A recommendation to draft from gaps of one State."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    gap_ids: list[UUID] = Field(min_length=1, max_length=50)
    text: Text
    priority: Priority
    theme: ThemeCode | None = Field(None, description="That of the first gap, unless you say")
    provisions: Provisions | None = Field(None, description="Those of the gaps, unless you say")
    tags: Tags | None = Field(None, description="Those of the gaps, unless you say")
    technical_assistance_needed: bool = Field(description="Whether the State needs help (¶9)")
    technical_assistance_kind: AssistanceKind | None = None
    target_on: PlannedDay

    @model_validator(mode="after")
    def _of_help_that_is_needed(self) -> Self:
        if self.technical_assistance_kind and not self.technical_assistance_needed:
            raise ValueError("leave technical_assistance_kind out where no assistance is needed")
        return self


class ImportedRow(RecommendationCreate):
    """A row of a CSV file of recommendations, from the text of its cells."""

    member_state: Alpha3
    gap_ids: list[UUID] = Field([], max_length=50)
    assessment_id: UUID | None = None
    questions: list[str] = Field([], max_length=50)

    @field_validator("gap_ids", "questions", "tags", mode="before")
    @classmethod
    def _several(cls, cell: str) -> list[str]:
        return [part.strip() for part in cell.split(";") if part.strip()]

    @field_validator("provisions", mode="before")
    @classmethod
    def _cited(cls, cell: str) -> list[dict[str, str | None]]:
        cited = (name.partition(" ") for name in cls._several(cell))
        return [
            {"resolution": resolution, "paragraph": paragraph.strip() or None}
            for resolution, _, paragraph in cited
        ]

    @model_validator(mode="after")
    def _of_some_gaps(self) -> Self:
        by_question = self.assessment_id is not None and bool(self.questions)
        if by_question == bool(self.gap_ids):
            raise ValueError("name its gaps in gap_ids, or else in assessment_id and questions")
        return self


class RecommendationUpdate(BaseModel):
    """What to change in a draft; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: Text | None = None
    priority: Priority | None = None
    theme: ThemeCode | None = None
    provisions: Provisions | None = None
    tags: Tags | None = None
    technical_assistance_needed: bool | None = Field(
        None, description="False drops technical_assistance_kind as well"
    )
    technical_assistance_kind: AssistanceKind | None = None
    target_on: PlannedDay | None = None


class ReviewReturn(BaseModel):
    """What is to be changed in a draft before it is approved."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    comments: Comments


class ReviewApproval(BaseModel):
    """What the reviewer adds to an approval."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    comments: Comments | None = None


class Issuances(BaseModel):
    """Approved recommendations to issue together."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=200)


class StatusChange(BaseModel):
    """The status that a recommendation takes, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    status: Literal[
        "issued",
        "accepted",
        "in_progress",
        "partly_implemented",
        "implemented",
        "no_longer_relevant",
    ] = Field(description="`issued` is free only to take back a mistaken end")
    reason: str = Field(min_length=3, max_length=2000)
    evidence: list[Evidence] = Field([], max_length=50)
    evidence_ids: list[UUID] = Field([], max_length=50, description="Files that show it")


class RecommendationRead(BaseModel):
    """A recommendation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    gap_id: UUID = Field(description="The first of `gap_ids`")
    gap_ids: list[UUID]
    member_state: str
    confidential: bool
    theme: str
    resolution: int = Field(description="That of the first provision")
    provisions: list[Provision]
    tags: list[Tag]
    text: str
    priority: Priority
    technical_assistance_needed: bool
    technical_assistance_kind: str | None
    status: RecommendationStatus
    target_on: date
    authors: list[str] = Field(description="Who drafted and revised it; somebody else approves it")
    issued_on: date | None
    review_requested_on: date | None = Field(description="CTED is asked to look at its status")
    review_because: str | None


class IssuedTogether(BaseModel):
    """The recommendations that were issued, in the order asked for."""

    items: list[RecommendationRead]


class StepRead(BaseModel):
    """One change of a recommendation's status."""

    model_config = ConfigDict(from_attributes=True)

    previous: RecommendationStatus | None = Field(description="None: it was drafted then")
    status: RecommendationStatus
    reason: str | None = Field(description="Or the reviewer's comments")
    evidence: list[Evidence]
    evidence_ids: list[UUID]
    changed_on: date
    changed_by: str


class RecommendationQuery(ListQuery):
    """Filters and sort of the recommendations."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    status: list[RecommendationStatus] = Field([], description="Any of these")
    resolution: ResolutionNumber | None = Field(None, description="Of any of its provisions")
    tag: Tag | None = None
    priority: Priority | None = None
    gap_id: UUID | None = Field(None, description="Any of its gaps")
    technical_assistance_needed: bool | None = None
    review_requested: bool | None = None
    overdue: bool | None = Field(None, description="Issued, not ended, and past its target date")
    target_before: date | None = None
    target_after: date | None = None
    sort: Literal[
        "target_on", "-target_on", "created_at", "-created_at", "priority", "-priority"
    ] = "-created_at"


class ImportReport(BaseModel):
    """What an import did, or would do."""

    dry_run: bool
    rows: int
    recommendation_ids: list[UUID] = Field(description="The drafts, in the order of their rows")
