"""Requests and responses about reports."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.reports.models import Report, ReportStatus, ReviewOutcome
from shared.database import ListQuery
from shared.reference import Alpha3

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Section(BaseModel):
    """A part of a report."""

    model_config = ConfigDict(extra="forbid")

    heading: Title
    text: str = Field(max_length=100_000)
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


Sections = Annotated[list[Section], Field(min_length=1, max_length=200)]


class ReportCreate(BaseModel):
    """The report of a completed visit, to be drafted."""

    model_config = ConfigDict(extra="forbid")

    mission_id: UUID
    title: Title
    sections: Sections


class ReportUpdate(BaseModel):
    """What changes of a draft; what is left out stays, and sections are sent all together."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    sections: Sections | None = None


class Review(BaseModel):
    """The decision on a draft."""

    model_config = ConfigDict(extra="forbid")

    outcome: ReviewOutcome
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] = Field(
        "", description="Needed to return a report"
    )


class ReviewRead(BaseModel):
    """A decision on a draft, and the version that it was about."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    report_id: UUID
    report_version: int
    outcome: ReviewOutcome
    comment: str
    reviewed_by: str
    reviewed_on: date


class ReportSummary(BaseModel):
    """A report, as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    mission_id: UUID
    member_state: str
    title: str
    status: ReportStatus
    confidential: bool
    drafted_on: date
    submitted_on: date | None
    follow_up_due_on: date | None


class ReportRead(ReportSummary):
    """A report with the sections that the caller may see."""

    sections: list[Section]

    @classmethod
    def of(cls, report: Report, *, with_confidential: bool) -> Self:
        """The public form of a report; who may not see a section does not learn of it (¶23)."""
        sections = [Section.model_validate(section) for section in report.sections]
        return cls(
            **ReportSummary.model_validate(report).model_dump(),
            sections=[s for s in sections if with_confidential or not s.confidential],
        )


class ReportQuery(ListQuery):
    """Filters and sort of the reports."""

    member_state: Alpha3 | None = None
    status: ReportStatus | None = None
    mission_id: UUID | None = None
    sort: Literal["drafted_on", "-drafted_on", "created_at", "-created_at"] = "-created_at"
