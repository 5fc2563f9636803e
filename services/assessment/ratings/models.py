"""Ratings as tables."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.assessments.models import Audience, Dimension
from services.assessment.ratings.rules import ItemKey, Rating
from shared.database import Base, Record


class AssessmentItem(Base):
    """A provision within a theme of one assessment, with its final rating once there is one."""

    __tablename__ = "assessment_items"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)
    provision: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    """Its place in the instrument's order."""
    resolution: Mapped[int]
    questions: Mapped[list[str]]
    is_open: Mapped[bool]
    """Whether the State keeps none of their answers confidential (¶23)."""
    score: Mapped[float | None]
    rating: Mapped[Rating | None]
    reasons: Mapped[str | None] = mapped_column(Text)
    settled_by: Mapped[str | None]
    """Who settled it, where the assessors differed."""

    @property
    def key(self) -> ItemKey:
        """What names it within the assessment."""
        return self.theme, self.provision


class RatingSheet(Record):
    """One assessor's ratings in one assessment; nobody else's business until all are in."""

    __tablename__ = "rating_sheets"
    __table_args__ = (UniqueConstraint("assessment_id", "assessor"),)

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"))
    assessor: Mapped[str] = mapped_column(index=True)
    rated: Mapped[int]
    """Items rated so far."""
    handed_in_on: Mapped[date | None]


class ItemRating(Base):
    """An assessor's rating of one item, with the reasons."""

    __tablename__ = "item_ratings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["assessment_id", "theme", "provision"],
            [
                "assessment_items.assessment_id",
                "assessment_items.theme",
                "assessment_items.provision",
            ],
        ),
        ForeignKeyConstraint(
            ["assessment_id", "assessor"],
            ["rating_sheets.assessment_id", "rating_sheets.assessor"],
        ),
    )

    assessment_id: Mapped[UUID] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(primary_key=True)
    provision: Mapped[str] = mapped_column(primary_key=True)
    assessor: Mapped[str] = mapped_column(primary_key=True)
    rating: Mapped[Rating]
    reasons: Mapped[str] = mapped_column(Text)

    @property
    def key(self) -> ItemKey:
        """The item that it rates."""
        return self.theme, self.provision


class AssessmentRating(Base):
    """The final ratings of a completed assessment taken together, by what they are about."""

    __tablename__ = "assessment_ratings"

    assessment_id: Mapped[UUID] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """As of the scores."""
    rating: Mapped[Rating]
    counts: Mapped[dict[str, Any]]
