"""Other bodies' visits as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class OtherVisitStatus(StrEnum):
    """Whether another body's visit is to take place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class OtherVisit(StateRecord):
    """A visit of another United Nations body to a Member State (¶14)."""

    __tablename__ = "other_visits"
    __table_args__ = (
        UniqueConstraint("body", "reference"),
        Index("ix_other_visits_starts_on", "starts_on", "id"),
    )

    body: Mapped[str]
    reference: Mapped[str]
    """The body's own for this visit: together they name it."""
    purpose: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    contact: Mapped[str]
    status: Mapped[OtherVisitStatus] = mapped_column(index=True)
    cancellation_reason: Mapped[str | None] = mapped_column(Text)
    entered_by: Mapped[str]
    """Subject of who entered it, who may change it beside CTED."""
