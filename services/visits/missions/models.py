"""Missions as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class MissionKind(StrEnum):
    """Comprehensive assessment, or a follow-up visit that complements it (¶7)."""

    COMPREHENSIVE = "comprehensive"
    FOCUSED = "focused"
    TARGETED = "targeted"


class MissionStatus(StrEnum):
    """Where a mission is on its way."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Mission(StateRecord):
    """A visit to a State that consented to it."""

    __tablename__ = "missions"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    kind: Mapped[MissionKind]
    status: Mapped[MissionStatus] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    resolutions: Mapped[list[int]]
    themes: Mapped[list[str]]
    team: Mapped[list[dict[str, Any]]]
    completed_on: Mapped[date | None]
    report_due_on: Mapped[date | None]
    cancellation_reason: Mapped[str | None] = mapped_column(Text)
    consent_revoked_on: Mapped[date | None] = mapped_column(default=None)
    """Since when the State no longer consents: the visit is to be cancelled."""
