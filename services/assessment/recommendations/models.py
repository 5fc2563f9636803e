"""Recommendations as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class RecommendationStatus(StrEnum):
    """Where a recommendation is in its life."""

    DRAFT = "draft"
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
    """What the Committee asks of a State about one gap."""

    __tablename__ = "recommendations"

    gap_id: Mapped[UUID] = mapped_column(ForeignKey("gaps.id"), index=True)
    theme: Mapped[str] = mapped_column(index=True)
    resolution: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[Priority]
    technical_assistance_needed: Mapped[bool]
    status: Mapped[RecommendationStatus] = mapped_column(index=True)
    target_on: Mapped[date]
    issued_on: Mapped[date | None]
    review_requested_on: Mapped[date | None] = mapped_column(index=True)
    review_because: Mapped[str | None] = mapped_column(Text)


class RecommendationStep(Record):
    """One change of a recommendation's status: who, when and why."""

    __tablename__ = "recommendation_steps"

    recommendation_id: Mapped[UUID] = mapped_column(ForeignKey("recommendations.id"), index=True)
    previous: Mapped[RecommendationStatus]
    status: Mapped[RecommendationStatus]
    reason: Mapped[str] = mapped_column(Text)
    changed_on: Mapped[date]
    changed_by: Mapped[str]
