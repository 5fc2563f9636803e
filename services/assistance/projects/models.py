"""Projects as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class ProjectStatus(StrEnum):
    """Where a project is on its way."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Project(StateRecord):
    """Assistance that a provider gives to meet a need."""

    __tablename__ = "projects"
    __table_args__ = (
        Index(
            "uq_projects_running_need",
            "need_id",
            unique=True,
            postgresql_where=text("status = 'running'"),
        ),
    )

    match_id: Mapped[UUID] = mapped_column(ForeignKey("matches.id"), unique=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), index=True)
    recommendation_id: Mapped[UUID | None]
    organisation: Mapped[str] = mapped_column(index=True)
    theme: Mapped[str] = mapped_column(index=True)
    status: Mapped[ProjectStatus] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    budget_usd: Mapped[int | None] = mapped_column(BigInteger)
    ended_on: Mapped[date | None]
    summary: Mapped[str | None] = mapped_column(Text)
    cancelled_because: Mapped[str | None] = mapped_column(Text)
    baseline_score: Mapped[float | None]
    baseline_confidential: Mapped[bool]
    """Whether the score is of an assessment that the State keeps confidential (¶23)."""
