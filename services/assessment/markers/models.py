"""Markers as tables."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.assessments.models import Audience
from services.assessment.instruments.models import Tag
from shared.database import Base


class AssessmentMarker(Base):
    """How far the response behind an assessment takes up what cuts across the themes."""

    __tablename__ = "assessment_markers"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    tag: Mapped[Tag] = mapped_column(primary_key=True)
    asked: Mapped[int]
    answered: Mapped[int]
