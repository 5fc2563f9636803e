"""Assessed scores and impacts as tables."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class StateAssessment(StateRecord):
    """A State's scores by theme, 0 to 1, under the assessment's own id.

    All are kept: the latest is what matters now, the earlier ones show the course.
    """

    __tablename__ = "state_assessments"

    completed_on: Mapped[date]
    scores_by_theme: Mapped[dict[str, Any]]


class Impact(StateRecord):
    """A project's theme before it started and at a later assessment (¶22)."""

    __tablename__ = "impacts"
    __table_args__ = (UniqueConstraint("project_id", "assessment_id"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("state_assessments.id"))
    organisation: Mapped[str] = mapped_column(index=True)
    theme: Mapped[str] = mapped_column(index=True)
    baseline_score: Mapped[float | None]
    later_score: Mapped[float]
    change: Mapped[float | None]
    assessed_on: Mapped[date]
