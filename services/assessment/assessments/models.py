"""Assessments as tables."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class Assessment(StateRecord):
    """What CTED found in one State's response; final once completed."""

    __tablename__ = "assessments"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), unique=True)
    completed_on: Mapped[date] = mapped_column(index=True)
    score: Mapped[float]
    scores_by_theme: Mapped[dict[str, Any]]
    scores_by_resolution: Mapped[dict[str, Any]]
    summary: Mapped[str] = mapped_column(Text)
