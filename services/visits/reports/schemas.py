"""Requests and responses about reports and their sections."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.missions.models import MissionKind
from services.visits.reports.models import (
    Action,
    ConsiderationOutcome,
    Party,
    Report,
    ReportSection,
    ReportStage,
    ReportStatus,
    ReviewOutcome,
    StageName,
)
from services.visits.reports.rules import LONGEST_KEY
from shared.auth import Caller
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode
from shared.texts import Reason

FOR_THOSE_WHO_SEE_ALL = "told to CTED, the Committee and the State alone (¶23)"
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Markdown = Annotated[
    str, StringConstraints(max_length=100_000), Field(description="In Markdown, without HTML")
]
SectionKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=LONGEST_KEY),
    Field(
        description="Stays the section's own, whatever becomes of its heading",
        examples=["legal-framework"],
    ),
]
Themes = Annotated[list[ThemeCode], Field(max_length=13)]
Resolutions = Annotated[list[ResolutionNumber], Field(max_length=50)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
_PLACED = "At the State's request (¶23); left out, it stays as it was"


class SectionGiven(BaseModel):
    """A section of a report as it is written."""

    model_config = ConfigDict(extra="forbid")

    key: SectionKey | None = Field(None, description="Left out, it is made from the heading")
    heading: Title
    text: Markdown
    themes: Themes = []
    resolutions: Resolutions = []
    confidential: bool | None = Field(None, description=_PLACED)


class SectionUpdate(BaseModel):
    """What changes of a section; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    heading: Title | None = None
    text: Markdown | None = None
    themes: Themes | None = None
    resolutions: Resolutions | None = None
    confidential: bool | None = Field(None, description=_PLACED)


class SectionRead(BaseModel):
    """A section of a report."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    heading: str
    text: str = Field(description="In Markdown, without HTML")
    themes: list[str]
    resolutions: list[int]
    confidential: bool
    version: int | None = Field(description=f"For If-Match; {FOR_THOSE_WHO_SEE_ALL}")
    updated_at: datetime | None = Field(description=FOR_THOSE_WHO_SEE_ALL)

    @classmethod
    def of(cls, section: ReportSection, *, of_draft: bool) -> Self:
        """The public form of a section; `of_draft` with what tells how it was written."""
        read = cls.model_validate(section)
        return read if of_draft else read.model_copy(update={"version": None, "updated_at": None})


Sections = Annotated[list[SectionGiven], Field(min_length=1, max_length=200)]


class ReportCreate(BaseModel):
    """The report of a completed visit, to be drafted."""

    model_config = ConfigDict(extra="forbid")

    mission_id: UUID
    title: Title
    sections: Sections | None = Field(
        None, description="Left out, the template of the visit's kind, to be filled in"
    )


class ReportUpdate(BaseModel):
    """What changes of a draft; what is left out stays, and sections are sent all together."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    sections: Sections | None = None


class TemplateSectionRead(BaseModel):
    """A section to be written, and what belongs in it."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    heading: str
    guidance: str
    themes: list[str]


class TemplateQuery(BaseModel):
    """The thematic areas that the report is about."""

    model_config = ConfigDict(extra="forbid")

    themes: tuple[ThemeCode, ...] = ()


class TemplateRead(BaseModel):
    """The sections that a report of a kind of visit begins with, around those of its themes."""

    kind: MissionKind
    sections: list[TemplateSectionRead]


class ConfidentialityRequest(BaseModel):
    """What the State asks about a section (¶23)."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    reason: Reason


class ConfidentialityRead(BaseModel):
    """What was asked about a section's confidentiality, and by whom."""

    model_config = ConfigDict(from_attributes=True)

    section_key: str
    action: Action
    reason: str
    party: Party
    requested_by: str
    requested_on: date


class Review(BaseModel):
    """The decision on a draft."""

    model_config = ConfigDict(extra="forbid")

    outcome: ReviewOutcome
    comment: Words = Field("", description="Needed to return a report")


class Consideration(BaseModel):
    """The Committee's decision on a report."""

    model_config = ConfigDict(extra="forbid")

    outcome: ConsiderationOutcome
    comment: Words = Field("", description="Needed to return a report")


class FactCheckAnswer(BaseModel):
    """What the State says of the report as a whole; its comments on sections stand by."""

    model_config = ConfigDict(extra="forbid")

    comment: Words = ""


class FactCheckExtension(BaseModel):
    """A later date for the State to check the facts by, in view of its capacity (¶7)."""

    model_config = ConfigDict(extra="forbid")

    due_on: PlannedDay
    reason: Reason


class StepRead(BaseModel):
    """One step of a report on its way, or the extension of its fact-check."""

    model_config = ConfigDict(from_attributes=True)

    previous: ReportStatus | None
    status: ReportStatus
    reason: str
    text_version: int
    target_on: date | None
    taken_on: date
    taken_by: str | None = Field(description="Null where the State's time was over")


class StageRead(BaseModel):
    """A stay in a stage."""

    model_config = ConfigDict(from_attributes=True)

    stage: StageName
    entered_on: date
    target_on: date
    left_on: date | None


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
    initial: bool | None = Field(
        description=f"Whether the 12 months of ¶9 began with it; {FOR_THOSE_WHO_SEE_ALL}"
    )
    follow_up_due_on: date | None = Field(description=FOR_THOSE_WHO_SEE_ALL)

    @classmethod
    def told(cls, caller: Caller, report: Report) -> "ReportSummary":
        """As the caller may know it: it tells others of no earlier report, which they may not."""
        summary = ReportSummary.model_validate(report)
        if caller.may_see_confidential_of(report.member_state):
            return summary
        return summary.model_copy(update={"initial": None, "follow_up_due_on": None})


class ReportRead(ReportSummary):
    """A report with the sections that the caller may see."""

    text_version: int | None = Field(description=f"See /versions; {FOR_THOSE_WHO_SEE_ALL}")
    stages: list[StageRead] | None = Field(description=FOR_THOSE_WHO_SEE_ALL)
    sections: list[SectionRead]

    @classmethod
    def of(
        cls,
        caller: Caller,
        report: Report,
        sections: Sequence[ReportSection],
        stages: Sequence[ReportStage],
    ) -> Self:
        """The public form; who may not see a section does not learn of it (¶23)."""
        sees_all = caller.may_see_confidential_of(report.member_state)
        return cls(
            **ReportSummary.told(caller, report).model_dump(),
            text_version=report.text_version if sees_all else None,
            stages=[StageRead.model_validate(stage) for stage in stages] if sees_all else None,
            sections=[SectionRead.of(section, of_draft=sees_all) for section in sections],
        )


class ReportQuery(ListQuery):
    """Filters and sort of the reports."""

    member_state: Alpha3 | None = None
    status: ReportStatus | None = None
    mission_id: UUID | None = None
    sort: Literal["drafted_on", "-drafted_on", "created_at", "-created_at"] = "-created_at"
