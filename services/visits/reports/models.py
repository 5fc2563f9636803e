"""Reports as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class ReportStatus(StrEnum):
    """Where a report is on its way to the Committee."""

    DRAFTED = "drafted"
    RETURNED = "returned"
    APPROVED = "approved"
    SUBMITTED = "submitted"


class ReviewOutcome(StrEnum):
    """What a review decided."""

    APPROVED = "approved"
    RETURNED = "returned"


class Report(StateRecord):
    """The report of a visit, in sections, each of which the State may keep confidential (¶23)."""

    __tablename__ = "reports"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), unique=True)
    status: Mapped[ReportStatus] = mapped_column(index=True)
    title: Mapped[str]
    sections: Mapped[list[dict[str, Any]]]
    drafted_on: Mapped[date]
    submitted_on: Mapped[date | None]
    follow_up_due_on: Mapped[date | None]


class ReportReview(Record):
    """One review of a draft: what was decided, by whom and why."""

    __tablename__ = "report_reviews"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    report_version: Mapped[int]
    outcome: Mapped[ReviewOutcome]
    comment: Mapped[str] = mapped_column(Text)
    reviewed_by: Mapped[str]
    reviewed_on: Mapped[date]


class StageName(StrEnum):
    """The stages of a report on its way to submission (¶7)."""

    DRAFTING = "drafting"
    REVIEW = "review"
    FACT_CHECK = "fact_check"
    FINALISATION = "finalisation"
    CONSIDERATION = "consideration"


class ReportStage(Record):
    """A stay of a report in one stage; a report may come to a stage more than once."""

    __tablename__ = "report_stages"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("reports.id"), index=True)
    member_state: Mapped[str] = mapped_column(index=True)
    stage: Mapped[StageName]
    entered_on: Mapped[date]
    target_on: Mapped[date]
    left_on: Mapped[date | None]
