"""One transaction: state changes, the events they cause and the jobs they plan commit together."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, UOWTransaction

from shared.clock import Clock
from shared.database.base import Record
from shared.database.reading import read_one
from shared.events.envelope import Envelope
from shared.events.event import Event

R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class UnitOfWork:
    """What a service works with: the session, the clock, and the events to publish.

    Services never commit: the request, the consumer or the job runner does, once.
    """

    session: AsyncSession
    clock: Clock
    service: str
    cause: Envelope | None = None
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.session.info["clock"] = self.clock

    def publish(self, *events: Event) -> None:
        """Announce `events` if, and only if, this transaction commits."""
        self.events.extend(events)

    async def save(self, *records: Record) -> None:
        """Write `records` now, so that their ids and versions are known."""
        self.session.add_all(records)
        await self.session.flush()

    async def get(
        self,
        kind: type[R],
        key: object,
        *,
        version: int | None = None,
        locked: bool = False,
    ) -> R:
        """The record of this id, at `version` where one is expected.

        Raises:
            NotFound: there is none.
            PreconditionFailed: it has another version than expected.
        """
        return await read_one(self.session, select(kind), kind, key, version=version, locked=locked)

    async def store_events(self) -> None:
        """Put what was published so far into the outbox, after the changes that it tells of."""
        from shared.events.outbox import store_events  # the outbox is itself a table

        await self.session.flush()
        if self.events:
            await store_events(self)
            self.events.clear()

    async def commit(self) -> None:
        """Commit everything, events included."""
        await self.store_events()
        await self.session.commit()


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _: UOWTransaction, __: object) -> None:
    clock: Clock | None = session.info.get("clock")
    if clock is None:
        return
    now: datetime = clock.now()
    for record in session.new:
        if isinstance(record, Record):
            record.created_at = record.updated_at = now
    for record in session.dirty:
        if isinstance(record, Record) and session.is_modified(record):
            record.updated_at = now
