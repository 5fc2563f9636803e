"""A report's text as it was, and what changed in it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.visits.reports.differences import SectionStep, WordStep
from services.visits.reports.models import ReportStatus
from shared.database import ListQuery

MOST_VERSIONS = 2**31 - 1


class VersionSummary(BaseModel):
    """One saving of a report's text."""

    model_config = ConfigDict(from_attributes=True)

    report_id: UUID
    number: int
    title: str
    status: ReportStatus = Field(description="Where the report was when it was saved")
    saved_by: str
    saved_on: date
    created_at: datetime


class VersionSection(BaseModel):
    """A section as it was."""

    key: str
    heading: str
    text: str
    themes: list[str]
    resolutions: list[int]
    confidential: bool = Field(description="As the State now wants it (¶23)")


class VersionRead(VersionSummary):
    """The whole text as it was."""

    sections: list[VersionSection]


class SectionTextRead(BaseModel):
    """A section in one of the two versions; its text is among the words."""

    model_config = ConfigDict(from_attributes=True)

    heading: str
    themes: list[str]
    resolutions: list[int]


class WordsRead(BaseModel):
    """Neighbouring words that all stayed, went or came."""

    model_config = ConfigDict(from_attributes=True)

    step: WordStep
    text: str


class SectionDifference(BaseModel):
    """A section that is not the same in both versions."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    step: SectionStep
    confidential: bool
    before: SectionTextRead | None = Field(description="Null if it was added")
    after: SectionTextRead | None = Field(description="Null if it was removed")
    words: list[WordsRead] = Field(description="Both texts in one")


class ReportDifferences(BaseModel):
    """What changed from one version to another; the titles are with the versions."""

    before: VersionSummary
    after: VersionSummary
    sections: list[SectionDifference]


class SinceQuery(BaseModel):
    """The earlier version to compare with."""

    model_config = ConfigDict(extra="forbid")

    since: int | None = Field(
        None, ge=1, le=MOST_VERSIONS, description="Left out, the version before"
    )


class VersionQuery(ListQuery):
    """Sort of the versions."""

    sort: Literal["number", "-number"] = "-number"
