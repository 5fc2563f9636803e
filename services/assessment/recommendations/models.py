"""Recommendations as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, case
from sqlalchemy.orm import Mapped, column_property, mapped_column

from shared.database import Record, StateRecord


class RecommendationStatus(StrEnum):
    """Where a recommendation is in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    PARTLY_IMPLEMENTED = "partly_implemented"
    IMPLEMENTED = "implemented"
    NO_LONGER_RELEVANT = "no_longer_relevant"


class Priority(StrEnum):
    """How pressing a recommendation is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Recommendation(StateRecord):
    """What the Committee asks of a State about one or several gaps."""

    __tablename__ = "recommendations"
    __table_args__ = (
        Index("ix_recommendations_gap_ids", "gap_ids", postgresql_using="gin"),
        Index("ix_recommendations_created_at", "created_at", "id"),
        Index("ix_recommendations_target_on", "target_on", "id"),
    )

    gap_id: Mapped[UUID] = mapped_column(ForeignKey("gaps.id"))
    """The first of its gaps."""
    gap_ids: Mapped[list[str]]
    theme: Mapped[str] = mapped_column(index=True)
    resolution: Mapped[int]
    """That of the first provision."""
    provisions: Mapped[list[dict[str, Any]]]
    tags: Mapped[list[str]]
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[Priority] = mapped_column()
    technical_assistance_needed: Mapped[bool]
    technical_assistance_kind: Mapped[str | None] = mapped_column(Text)
    status: Mapped[RecommendationStatus] = mapped_column(index=True)
    target_on: Mapped[date]
    authors: Mapped[list[str]]
    issued_on: Mapped[date | None]
    review_requested_on: Mapped[date | None] = mapped_column(index=True)
    review_because: Mapped[str | None] = mapped_column(Text)
    urgency: Mapped[int] = column_property(
        case({kind: rank for rank, kind in enumerate(Priority)}, value=priority)
    )
    """The priority as a number, to sort by: its words would sort by the alphabet."""


class RecommendationStep(Record):
    """One change of a recommendation's status: who, when and why."""

    __tablename__ = "recommendation_steps"

    recommendation_id: Mapped[UUID] = mapped_column(
        ForeignKey("recommendations.id", ondelete="CASCADE"), index=True
    )
    previous: Mapped[RecommendationStatus | None]
    status: Mapped[RecommendationStatus]
    reason: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    evidence_ids: Mapped[list[str]] = mapped_column(default=list)
    changed_on: Mapped[date]
    changed_by: Mapped[str]
