"""Deadlines as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base, StateRecord


class DeadlineStatus(StrEnum):
    """Where a deadline is on its way."""

    OPEN = "open"
    APPROACHING = "approaching"
    MISSED = "missed"
    MET = "met"


class Deadline(StateRecord):
    """A dated duty about one State, owed by the State, by CTED or by a provider."""

    __tablename__ = "deadlines"
    __table_args__ = (
        UniqueConstraint("duty", "about_id"),
        Index("ix_deadlines_status_due_on", "status", "due_on"),
    )

    duty: Mapped[str]
    about_id: Mapped[UUID]
    part_of_id: Mapped[UUID | None] = mapped_column(index=True)
    """The record that it is kept confidential with, where it is not about that itself."""
    owed_by: Mapped[str]
    organisation: Mapped[str | None] = mapped_column(index=True)
    due_on: Mapped[date] = mapped_column(index=True)
    approaching_on: Mapped[date]
    moves: Mapped[int] = mapped_column(default=0)
    """How often it has got another date."""
    status: Mapped[DeadlineStatus]
    met_on: Mapped[date | None]


class EarlyClosing(Base):
    """A duty that was met before this service heard that it exists: topics have no common order."""

    __tablename__ = "early_closings"

    duty: Mapped[str] = mapped_column(primary_key=True)
    about_id: Mapped[UUID] = mapped_column(primary_key=True)
    met_on: Mapped[date]
