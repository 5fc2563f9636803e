"""Follow-ups as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class FollowUpStatus(StrEnum):
    """Where a follow-up is on its way."""

    OPEN = "open"
    DUE = "due"
    REPORTED = "reported"
    CLARIFICATION = "clarification"
    VERIFIED = "verified"
    CONSIDERED = "considered"


class FollowUp(StateRecord):
    """What a State did about its recommendations after the initial report of a visit (¶9)."""

    __tablename__ = "follow_ups"

    report_id: Mapped[UUID] = mapped_column(unique=True)
    submitted_on: Mapped[date]
    first_due_on: Mapped[date]
    """Before any extension."""
    due_on: Mapped[date] = mapped_column(index=True)
    status: Mapped[FollowUpStatus] = mapped_column(index=True)
    steps: Mapped[list[dict[str, Any]]]
    reported_on: Mapped[date | None]
    """When the State first reported."""
    verified_on: Mapped[date | None]
    activities: Mapped[list[dict[str, Any]]]
    """What CTED recommends to the Committee."""
    recommended_on: Mapped[date | None]
    agreed: Mapped[list[str]]
    """The activities that the Committee agreed to."""
    consideration: Mapped[str | None] = mapped_column(Text)
    considered_on: Mapped[date | None]


class StepReviewOutcome(StrEnum):
    """What an officer made of a step."""

    VERIFIED = "verified"
    CLARIFICATION = "clarification"


class StepReview(Record):
    """An officer's word on one reported step; the last one counts."""

    __tablename__ = "step_reviews"

    follow_up_id: Mapped[UUID] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    recommendation_id: Mapped[UUID]
    outcome: Mapped[StepReviewOutcome]
    progress: Mapped[str | None]
    """As verified, which may be less than what was reported."""
    comment: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]]
    """What the officer saw."""
    reviewed_by: Mapped[str]
    reviewed_on: Mapped[date]
    answered_on: Mapped[date | None]
    """When the State answered the question."""


class ExtensionStatus(StrEnum):
    """What became of a request for more time."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Extension(StateRecord):
    """More time to report, asked for by the State or given by CTED of its own (¶9)."""

    __tablename__ = "follow_up_extensions"
    __table_args__ = (
        Index(
            "uq_follow_up_extensions_undecided",
            "follow_up_id",
            unique=True,
            postgresql_where=text("status = 'requested'"),
        ),
    )

    follow_up_id: Mapped[UUID] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    status: Mapped[ExtensionStatus]
    due_on: Mapped[date]
    """The due date that it is to move."""
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str]
    requested_on: Mapped[date]
    decision_reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None]
    decided_on: Mapped[date | None]
