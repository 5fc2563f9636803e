"""Assessments as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base, StateRecord


class AssessmentStatus(StrEnum):
    """Where an assessment is."""

    OPEN = "open"
    COMPLETED = "completed"


class Assessment(StateRecord):
    """What CTED finds in one State's response; final once completed."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index("ix_assessments_opened_on", "opened_on", "id"),
        Index("ix_assessments_completed_on", "completed_on", "id"),
    )

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), unique=True)
    status: Mapped[AssessmentStatus] = mapped_column(index=True)
    assessors: Mapped[list[str]]
    opened_on: Mapped[date]
    unsettled: Mapped[int | None]
    """Items that the assessors rate differently and have not settled, once all have handed in."""
    completed_on: Mapped[date | None]
    summary: Mapped[str] = mapped_column(Text)
    holds_confidential: Mapped[bool] = mapped_column(default=False)
    """Whether the State keeps answers that it rests on confidential (¶23)."""


class Audience(StrEnum):
    """Which answers a score counts."""

    ALL = "all"
    """Every answer: for CTED, the Committee and the State."""
    OPEN = "open"
    """Those that the State does not keep confidential (¶23)."""


class Dimension(StrEnum):
    """What a score is about."""

    OVERALL = "overall"
    THEME = "theme"
    RESOLUTION = "resolution"
    PROVISION = "provision"


class AssessmentScore(Base):
    """One score of an assessment."""

    __tablename__ = "assessment_scores"
    __table_args__ = (
        # A roll-up reads one dimension of every assessment, and nothing but this index.
        Index(
            "ix_assessment_scores_rolled_up",
            "dimension",
            "audience",
            "key",
            postgresql_include=["assessment_id", "score", "low", "high"],
        ),
    )

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """The theme, the resolution's number or the provision; empty for the overall score."""
    score: Mapped[float | None]
    low: Mapped[float]
    high: Mapped[float]
    asked: Mapped[int]
    answered: Mapped[int]
