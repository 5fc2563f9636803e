"""The transactional outbox: a state change and its events commit together."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, func, insert, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.base import Base
from shared.errors import TooLarge
from shared.events.envelope import Envelope
from shared.events.topics import lane_of, topic_of

if TYPE_CHECKING:
    from shared.database.unit_of_work import UnitOfWork

NOTIFY_CHANNEL = "ctc_outbox"
LANES = 4
"""Partitions of every topic. Changing it needs drained outboxes: it decides a key's partition.

As many as the embedded broker gives a topic that a waiting consumer makes it create.
"""
_MAX_EVENT_BYTES = 900_000  # below the broker's usual limit of 1 MiB a message


class OutboxEvent(Base):
    """An event committed with its state change; published in `position` order within its lane."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_pending", "lane", "position", postgresql_where=text("published_at IS NULL")
        ),
        Index("ix_outbox_published_at", "published_at"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    topic: Mapped[str]
    key: Mapped[str]
    lane: Mapped[int]
    type: Mapped[str]
    payload: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    published_at: Mapped[datetime | None]
    kafka_offset: Mapped[int | None] = mapped_column(BigInteger)


class OutboxLane(Base):
    """A lock: whoever holds the row publishes the lane, so that a key's events stay in order."""

    __tablename__ = "outbox_lanes"

    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class BrokerWatermark(Base):
    """The offset of the first record in the last batch that the broker acknowledged."""

    __tablename__ = "broker_watermarks"

    topic: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kafka_offset: Mapped[int] = mapped_column(BigInteger)


class TopicEpoch(Base):
    """How often this service has published the topic anew to a broker that had forgotten it."""

    __tablename__ = "topic_epochs"

    topic: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]


async def store_events(work: "UnitOfWork") -> None:
    """Insert the unit of work's events as the last thing before its commit."""
    await store_envelopes(work.session, topic_of(work.service), envelopes_of(work))


def envelopes_of(work: "UnitOfWork") -> list[Envelope]:
    """The unit of work's events, ready to be stored, with the trace of what happens now."""
    now = work.clock.now()
    return [Envelope.around(event, work.service, now) for event in work.events]


async def store_envelopes(session: AsyncSession, topic: str, envelopes: list[Envelope]) -> None:
    """Insert ready envelopes for `topic` and wake the relay at commit.

    Raises:
        TooLarge: an event would not pass the broker; the transaction must not commit.
    """
    rows = []
    for envelope in envelopes:
        payload = envelope.model_dump_json(exclude_none=True)
        if len(payload.encode()) > _MAX_EVENT_BYTES:
            raise TooLarge(
                f"The event {envelope.type} would exceed {_MAX_EVENT_BYTES} bytes; send less text."
            )
        rows.append(
            {
                "event_id": envelope.id,
                "topic": topic,
                "key": envelope.subject,
                "lane": lane_of(envelope.subject, LANES),
                "type": envelope.type,
                "payload": payload,
            }
        )
    await session.execute(insert(OutboxEvent), rows)
    await session.execute(text(f"NOTIFY {NOTIFY_CHANNEL}"))
