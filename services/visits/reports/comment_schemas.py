"""Requests and responses about comments on reports."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.reports.models import CommentOutcome, CommentStatus, Party
from services.visits.reports.schemas import SectionKey, Words
from shared.database import HistoryQuery

CommentText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)
]


class CommentCreate(BaseModel):
    """A comment on a report as it now is."""

    model_config = ConfigDict(extra="forbid")

    section_key: SectionKey | None = Field(None, description="Left out, it is on the whole report")
    thread_id: UUID | None = Field(None, description="The comment that this one replies to")
    text: CommentText
    correction: CommentText | None = Field(None, description="What the section should say instead")


class Resolution(BaseModel):
    """What became of a comment."""

    model_config = ConfigDict(extra="forbid")

    outcome: CommentOutcome
    reason: Words = Field("", description="Needed if it is not taken up")


class CommentRead(BaseModel):
    """A comment, and what became of its thread if it opened one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    report_id: UUID
    section_key: str | None
    text_version: int = Field(description="The version of the text that it is about")
    thread_id: UUID | None = Field(description="Null of a comment that opens a thread")
    opened_by: Party
    party: Party
    author: str
    commented_on: date
    created_at: datetime
    text: str
    correction: str | None
    status: CommentStatus | None = Field(description="Null of a reply")
    outcome: CommentOutcome | None
    outcome_reason: str | None
    resolved_by: str | None
    resolved_on: date | None


class CommentQuery(HistoryQuery):
    """Filters and sort of the comments."""

    section_key: SectionKey | None = None
    thread_id: UUID | None = Field(None, description="With its replies")
    opened_by: Party | None = None
    status: CommentStatus | None = None
