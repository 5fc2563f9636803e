"""Messages and who has read them, as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base, new_id


class Message(Base):
    """What one audience is told of one event; it never changes."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint(
            "event_id",
            "party",
            "to_member_state",
            "to_organisation",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_messages_audience", "party", "to_member_state", "occurred_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[UUID]
    event_type: Mapped[str]
    member_state: Mapped[str | None]
    title: Mapped[str]
    about: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    party: Mapped[str]
    to_member_state: Mapped[str | None]
    to_organisation: Mapped[str | None]
    told_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Reading(Base):
    """A message that one person has read."""

    __tablename__ = "message_readings"

    message_id: Mapped[UUID] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]
