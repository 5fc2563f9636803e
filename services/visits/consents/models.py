"""Requests for consent as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.visits.missions.models import MissionKind
from shared.database import Record, StateRecord


class ConsentStatus(StrEnum):
    """How a State stands to the request."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By CTED, before it was answered."""
    REVOKED = "revoked"
    """By the State, before a visit began."""
    EXPIRED = "expired"
    """Without a visit."""


class Consent(StateRecord):
    """A request for a State's consent to a visit, and the State's answer."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_created_at", "created_at", "id"),)

    visit_list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_lists.id"), index=True)
    visit_kind: Mapped[MissionKind | None]
    """The one kind of visit that it is about; any if None."""
    requested_on: Mapped[date]
    answer_due_on: Mapped[date] = mapped_column(index=True)
    status: Mapped[ConsentStatus] = mapped_column(index=True)
    answered_on: Mapped[date | None] = mapped_column(default=None)
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    valid_until: Mapped[date | None] = mapped_column(default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    standing_consent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("standing_consents.id"), default=None
    )
    """The standing consent that answered it."""
    removed_on: Mapped[date | None] = mapped_column(default=None)
    """Since when its State is off the list."""
    ended_on: Mapped[date | None] = mapped_column(default=None)
    ended_because: Mapped[str] = mapped_column(Text, default="")


class ConsentReminder(Record):
    """A reminder that an officer sent by hand."""

    __tablename__ = "consent_reminders"
    __table_args__ = (UniqueConstraint("consent_id", "reminded_on"),)

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    reminded_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
