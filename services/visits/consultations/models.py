"""Consultations as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class Sector(StrEnum):
    """Where the experts are that ¶7 speaks of."""

    CIVIL_SOCIETY = "civil_society"
    ACADEMIA = "academia"
    THINK_TANK = "think_tank"
    PRIVATE_SECTOR = "private_sector"


class ConsultationStatus(StrEnum):
    """Where a consultation is on its way."""

    REQUESTED = "requested"
    ARRANGED = "arranged"
    HELD = "held"
    WITHDRAWN = "withdrawn"


class Consultation(StateRecord):
    """A State's wish that experts outside of government be heard, and the meeting with them."""

    __tablename__ = "consultations"
    __table_args__ = (Index("ix_consultations_requested_on", "requested_on", "id"),)

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), index=True)
    sector: Mapped[Sector]
    experts: Mapped[list[str]]
    topics: Mapped[list[str]]
    status: Mapped[ConsultationStatus] = mapped_column(index=True)
    requested_on: Mapped[date]
    requested_by: Mapped[str]
    meets_on: Mapped[date | None]
    place: Mapped[str | None]
    held_on: Mapped[date | None]
    participants: Mapped[list[dict[str, Any]]]
    summary: Mapped[str | None] = mapped_column(Text)
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
