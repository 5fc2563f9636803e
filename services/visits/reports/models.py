"""Reports as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class ReportStatus(StrEnum):
    """Where a report is on its way to the Committee."""

    DRAFTING = "drafting"
    REVIEW = "review"
    FACT_CHECK = "fact_check"
    FINALISATION = "finalisation"
    CONSIDERATION = "consideration"
    CLEARED = "cleared"
    SUBMITTED = "submitted"


class StageName(StrEnum):
    """The stages of a report on its way to submission, each with its time (¶7)."""

    DRAFTING = "drafting"
    REVIEW = "review"
    FACT_CHECK = "fact_check"
    FINALISATION = "finalisation"
    CONSIDERATION = "consideration"


class ReviewOutcome(StrEnum):
    """What a review decided."""

    APPROVED = "approved"
    RETURNED = "returned"


class ConsiderationOutcome(StrEnum):
    """What the Committee decided on a report."""

    CLEARED = "cleared"
    RETURNED = "returned"


class Party(StrEnum):
    """Who takes part in the making of a report."""

    CTED = "cted"
    MEMBER_STATE = "member_state"
    COMMITTEE = "committee"


class Action(StrEnum):
    """What is asked about a section's confidentiality."""

    PLACE = "place"
    LIFT = "lift"


class CommentStatus(StrEnum):
    """Whether a comment still waits for an answer."""

    OPEN = "open"
    RESOLVED = "resolved"


class CommentOutcome(StrEnum):
    """Whether the report says what a comment asked for."""

    TAKEN_UP = "taken_up"
    NOT_TAKEN_UP = "not_taken_up"


class Report(StateRecord):
    """The report of a visit; its sections and their texts of every version stand beside it."""

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_created_at", "created_at", "id"),)

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), unique=True)
    status: Mapped[ReportStatus] = mapped_column(index=True)
    title: Mapped[str]
    section_keys: Mapped[list[str]]
    """In the order of the report; a section that is not named is no longer in it."""
    text_version: Mapped[int]
    state_version: Mapped[int | None]
    """The version of the text from which on the State sees the report."""
    committee_version: Mapped[int | None]
    """The version of the text from which on the Committee sees the report."""
    drafted_on: Mapped[date]
    submitted_on: Mapped[date | None]
    initial: Mapped[bool | None]
    follow_up_due_on: Mapped[date | None]


class ReportSection(Record):
    """A section as it is now; its version is that of its draft."""

    __tablename__ = "report_sections"
    __table_args__ = (UniqueConstraint("report_id", "key"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    key: Mapped[str]
    heading: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]]
    resolutions: Mapped[list[int]]
    confidential: Mapped[bool]
    """Of all its versions alike: what the State keeps confidential was not open before (¶23)."""


class SectionRevision(Record):
    """A section as it was from one version of the report's text on."""

    __tablename__ = "report_section_revisions"
    __table_args__ = (UniqueConstraint("section_id", "text_version"),)

    section_id: Mapped[UUID] = mapped_column(ForeignKey("report_sections.id"))
    text_version: Mapped[int]
    heading: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]]
    resolutions: Mapped[list[int]]


class ReportVersion(Record):
    """One saving of a report's text, of a section or of all of it."""

    __tablename__ = "report_versions"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"))
    number: Mapped[int]
    title: Mapped[str]
    section_keys: Mapped[list[str]]
    status: Mapped[ReportStatus]
    saved_by: Mapped[str]
    saved_on: Mapped[date]


class SectionConfidentiality(Record):
    """One request about a section's confidentiality; requests are only ever added (¶23)."""

    __tablename__ = "report_section_confidentiality"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    section_key: Mapped[str]
    action: Mapped[Action]
    reason: Mapped[str] = mapped_column(Text)
    party: Mapped[Party]
    requested_by: Mapped[str]
    requested_on: Mapped[date]


class ReportStage(Record):
    """A stay of a report in one stage; a report may come to a stage more than once."""

    __tablename__ = "report_stages"
    __table_args__ = (
        Index(
            "uq_report_stages_present",
            "report_id",
            unique=True,
            postgresql_where=text("left_on IS NULL"),
        ),
    )

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    member_state: Mapped[str] = mapped_column(index=True)
    stage: Mapped[StageName]
    entered_on: Mapped[date]
    target_on: Mapped[date]
    left_on: Mapped[date | None]


class ReportStep(Record):
    """One step of a report on its way, or the extension of a stage: who, when and why."""

    __tablename__ = "report_steps"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    previous: Mapped[ReportStatus | None]
    status: Mapped[ReportStatus]
    reason: Mapped[str] = mapped_column(Text)
    text_version: Mapped[int]
    target_on: Mapped[date | None]
    taken_on: Mapped[date]
    taken_by: Mapped[str | None]
    """None where nobody took it: the State's time to check the facts was over."""


class ReportComment(Record):
    """A comment on a report or one of its sections, or a reply in the thread that it opened."""

    __tablename__ = "report_comments"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    section_key: Mapped[str | None]
    text_version: Mapped[int]
    """The version of the text that it is about."""
    thread_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_comments.id"))
    """What it replies to; None of a comment that opens a thread."""
    opened_by: Mapped[Party]
    """Who opened the thread, which decides who reads it."""
    party: Mapped[Party]
    author: Mapped[str]
    commented_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    correction: Mapped[str | None] = mapped_column(Text)
    status: Mapped[CommentStatus | None]
    """Of the thread, kept with the comment that opened it."""
    outcome: Mapped[CommentOutcome | None]
    outcome_reason: Mapped[str | None] = mapped_column(Text)
    resolved_by: Mapped[str | None]
    resolved_on: Mapped[date | None]
