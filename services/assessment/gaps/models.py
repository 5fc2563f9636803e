"""Gaps as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.gaps.rules import Basis
from services.assessment.ratings.rules import Rating
from shared.database import StateRecord


class Severity(StrEnum):
    """How grave a gap is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Gap(StateRecord):
    """What a State does not, or not fully, implement, with the answers that it comes from."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_identified_on", "identified_on", "id"),)

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), index=True)
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"))
    basis: Mapped[Basis]
    rating: Mapped[Rating | None]
    """The final rating that is worse than the answers claim."""
    question: Mapped[str]
    """The weightiest of those that it comes from."""
    answer: Mapped[str]
    answers: Mapped[dict[str, Any]]
    """Every answer that it comes from, by question."""
    theme: Mapped[str] = mapped_column(index=True)
    resolution: Mapped[int]
    """That of the first provision."""
    provisions: Mapped[list[dict[str, Any]]]
    tags: Mapped[list[str]]
    severity: Mapped[Severity]
    open_rating: Mapped[Rating | None]
    open_severity: Mapped[Severity | None]
    """What others see: of the ratings that rest on open answers alone (¶23)."""
    description: Mapped[str] = mapped_column(Text)
    identified_on: Mapped[date]
