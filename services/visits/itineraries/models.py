"""Itineraries as tables."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class ItineraryItemKind(StrEnum):
    """What happens in an item of the programme."""

    ARRIVAL = "arrival"
    GOVERNMENT_MEETING = "government_meeting"
    SITE_VISIT = "site_visit"
    CONSULTATION = "consultation"
    """With experts in civil society, academia, think tanks or the private sector (¶7)."""
    INTERNAL = "internal"
    """The team's own business, which the State does not see."""
    TRAVEL = "travel"
    DEPARTURE = "departure"


class ItineraryItemStatus(StrEnum):
    """Whether an item still stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class ItineraryItem(StateRecord):
    """One item of a visit's programme.

    The local times are what was agreed; the instants are what they mean by the time zone data of
    the day they were written.
    """

    __tablename__ = "itinerary_items"

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"), index=True)
    status: Mapped[ItineraryItemStatus]
    kind: Mapped[ItineraryItemKind]
    title: Mapped[str]
    location: Mapped[str]
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    starts_zone: Mapped[str]
    starts_at: Mapped[datetime]
    ends_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    ends_zone: Mapped[str]
    ends_at: Mapped[datetime]
    participants: Mapped[list[str]]
    """Of the team, by `officer_id`; nobody named is everybody."""
    hosts: Mapped[list[str]]
    notes: Mapped[str] = mapped_column(Text)
    consultation_id: Mapped[UUID | None] = mapped_column(ForeignKey("consultations.id"))
