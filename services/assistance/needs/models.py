"""Needs as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class NeedStatus(StrEnum):
    """Where a need is on its way to being met."""

    OPEN = "open"
    PROPOSED = "proposed"
    IN_PROJECT = "in_project"
    MET = "met"
    WITHDRAWN = "withdrawn"


class NeedKind(StrEnum):
    """The kinds of help."""

    LEGISLATIVE_DRAFTING = "legislative_drafting"
    TRAINING = "training"
    EQUIPMENT = "equipment"
    ADVISORY = "advisory"
    MENTORING = "mentoring"
    IT_SYSTEM = "it_system"
    STRATEGY = "strategy"


class NeedSource(StrEnum):
    """What opened a need."""

    RECOMMENDATION = "recommendation"
    FOLLOW_UP = "follow_up"
    BY_HAND = "by_hand"


class Priority(StrEnum):
    """How much it matters that the need is met soon."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Need(StateRecord):
    """Technical assistance that a State needs."""

    __tablename__ = "needs"
    __table_args__ = (
        Index(
            "uq_needs_live_recommendation",
            "recommendation_id",
            unique=True,
            postgresql_where=text("status IN ('open', 'proposed', 'in_project')"),
        ),
    )

    recommendation_id: Mapped[UUID | None] = mapped_column(index=True)
    source: Mapped[NeedSource]
    theme: Mapped[str] = mapped_column(index=True)
    resolutions: Mapped[list[int]]
    kind: Mapped[NeedKind | None]
    title: Mapped[str]
    priority: Mapped[Priority]
    status: Mapped[NeedStatus] = mapped_column(index=True)
    opened_on: Mapped[date]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)


class KnownRecommendation(StateRecord):
    """What this service has heard of a recommendation, under the recommendation's own id.

    Kept for all of them: a State may ask for help later with one that was issued without (¶9).
    """

    __tablename__ = "known_recommendations"

    theme: Mapped[str | None]
    resolution: Mapped[int | None]
    title: Mapped[str | None]
    priority: Mapped[Priority | None]
    status: Mapped[str]
