"""The inbox: an event's id and its effect commit together, so that redelivery changes nothing."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.base import Base
from shared.database.unit_of_work import UnitOfWork
from shared.events.envelope import Envelope
from shared.events.event import Event

Handler = Callable[[Any, UnitOfWork], Awaitable[None]]
Subscriptions = Mapping[type[Event], Handler]
"""Each event type that a service reacts to, and the one function that reacts."""


class InboxEvent(Base):
    """An event whose effect this service has committed."""

    __tablename__ = "inbox"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    handled_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ConsumedEpoch(Base):
    """The epoch of each lane as last seen: a newer one means that the broker began anew."""

    __tablename__ = "consumed_epochs"

    topic: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(BigInteger)


def reaction_to(
    event_type: str, subscriptions: Subscriptions
) -> tuple[type[Event], Handler] | None:
    """The event of this type and the function that reacts to it, if there is one."""
    for event, handler in subscriptions.items():
        if event.type == event_type:
            return event, handler
    return None


async def handle_once(envelope: Envelope, subscriptions: Subscriptions, work: UnitOfWork) -> bool:
    """Carry out the event's effect in `work`, unless it was carried out before.

    The caller commits. False where there was nothing to do.
    """
    reaction = reaction_to(envelope.type, subscriptions)
    if reaction is None:
        return False
    first = await work.session.execute(
        insert(InboxEvent)
        .values(event_id=envelope.id, type=envelope.type)
        .on_conflict_do_nothing()
        .returning(InboxEvent.event_id)
    )
    if first.first() is None:
        return False
    event, handler = reaction
    work.cause = envelope
    await handler(event.model_validate(envelope.data), work)
    return True
