"""What the assessment service told us, one row a fact, so that a ranking can name its grounds."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.visits.findings.rules import CLOSED
from shared.database import Base


class FoundGap(Base):
    """A gap in a State's implementation."""

    __tablename__ = "found_gaps"
    __table_args__ = (
        Index("ix_found_gaps_that_stand", "member_state", postgresql_where=text("stands")),
    )

    gap_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_state: Mapped[str] = mapped_column(index=True)
    assessment_id: Mapped[UUID]
    theme: Mapped[str]
    resolution: Mapped[int]
    severity: Mapped[str]
    identified_on: Mapped[date]
    stands: Mapped[bool]
    """Whether it is an existing gap still (¶6). Kept with it, so that a ranking reads what stands
    and not all that was ever found."""


class FoundTrend(Base):
    """A trend as it was last told, and the States that it bears on; none once it is closed."""

    __tablename__ = "found_trends"

    trend_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """trend, emerging_issue or event (¶6)."""
    member_states: Mapped[list[str]]
    theme: Mapped[str]
    severity: Mapped[str]
    identified_on: Mapped[date] = mapped_column(index=True)
    told_at: Mapped[datetime]


class CompletedAssessment(Base):
    """An assessment of a State's implementation, its score, and the themes that it covered."""

    __tablename__ = "completed_assessments"

    assessment_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_state: Mapped[str] = mapped_column(index=True)
    score: Mapped[float]
    themes: Mapped[list[str]]
    completed_on: Mapped[date]


class IssuedRecommendation(Base):
    """A recommendation, as it was issued to a State."""

    __tablename__ = "issued_recommendations"

    recommendation_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_state: Mapped[str] = mapped_column(index=True)
    confidential: Mapped[bool]
    gap_id: Mapped[UUID]
    theme: Mapped[str]
    resolution: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    priority: Mapped[str]
    technical_assistance_needed: Mapped[bool]
    issued_on: Mapped[date]
    target_on: Mapped[date]


class RecommendedGap(Base):
    """A gap that a recommendation is about; one about three gaps is three rows."""

    __tablename__ = "recommended_gaps"

    gap_id: Mapped[UUID] = mapped_column(primary_key=True)
    recommendation_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class RecommendationStatus(Base):
    """The latest status of a recommendation, apart from it: either may be heard of first."""

    __tablename__ = "recommendation_statuses"

    recommendation_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str]
    changed_on: Mapped[date]
    told_at: Mapped[datetime]


class RecommendationConfidentiality(Base):
    """What a State last said of a recommendation's confidentiality, apart from it (¶23).

    Either may be heard of first: what was put aside is heard later.
    """

    __tablename__ = "recommendation_confidentialities"

    recommendation_id: Mapped[UUID] = mapped_column(primary_key=True)
    confidential: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    """Of one that is open again: it may have been issued without."""
    told_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class KnownRecommendation:
    """A recommendation with its present status."""

    issued: IssuedRecommendation
    status: str

    @property
    def closed(self) -> bool:
        """Whether nothing more is asked of the State."""
        return self.status in CLOSED
