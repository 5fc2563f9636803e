"""Kept events, deliveries and their attempts, as tables."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shared.auth import Audience
from shared.database import Base, new_id


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"


class KeptEvent(Base):
    """An event as it came, kept for delivery and replay, with what decides who may receive it."""

    __tablename__ = "kept_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    member_state: Mapped[str | None]
    confidential: Mapped[bool]
    theme: Mapped[str | None]
    not_for: Mapped[UUID | None]
    audience: Mapped[Audience] = mapped_column(default=Audience.PUBLIC)
    """Of a product; whatever else is kept has no narrower one."""
    occurred_at: Mapped[datetime] = mapped_column(index=True)
    payload: Mapped[str] = mapped_column(Text, deferred=True)


class Delivery(Base):
    """One event for one subscription; its id is the webhook-id of every attempt and replay."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        Index("ix_deliveries_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_deliveries_log", "subscription_id", "planned_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subscription_id: Mapped[UUID] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE")
    )
    event_id: Mapped[UUID] = mapped_column(ForeignKey("kept_events.id"), index=True)
    status: Mapped[DeliveryStatus] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    planned_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    leased_until: Mapped[datetime | None]
    """Until then one worker is at it; a lease that ran out is anyone's."""
    finished_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    event: Mapped[KeptEvent] = relationship(lazy="joined", innerjoin=True)


class Attempt(Base):
    """One request that was made for a delivery, and its answer."""

    __tablename__ = "delivery_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("deliveries.id", ondelete="CASCADE"), index=True
    )
    attempted_at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    response: Mapped[str] = mapped_column(Text)
    milliseconds: Mapped[int]
