"""Forgets what has served its time, in every service and replica alike."""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstrumentedAttribute

from shared.database.base import Base
from shared.database.idempotency import IdempotentRequest
from shared.events.dead_letters import DeadLetter, DeadLetterStatus
from shared.events.inbox import InboxEvent
from shared.events.outbox import OutboxEvent

log = structlog.get_logger(__name__)
_EVERY_SECONDS = 3600.0
_RETRY_SECONDS = 60.0
_IDEMPOTENCY_KEYS_KEPT = timedelta(days=7)
_INBOX_OUTLIVES_OUTBOX_BY = timedelta(days=30)
"""An event comes again for as long as an outbox or a topic keeps it, so its id is kept longer."""


class Housekeeper:
    """Deletes old events, ids and answers; by the database's clock, never the injected one.

    The outbox keeps an event for `outbox_retention` after it was stored, and until it is
    published however long that takes. Topics must not keep theirs longer than the inboxes.
    """

    def __init__(
        self, sessions: async_sessionmaker[AsyncSession], outbox_retention: timedelta
    ) -> None:
        self._sessions = sessions
        self._outbox_retention = outbox_retention

    async def run(self) -> None:
        """Keep house until cancelled."""
        while True:
            try:
                await self.keep_house()
                await asyncio.sleep(_EVERY_SECONDS)
            except Exception as error:
                log.warning("housekeeping-retries", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def keep_house(self) -> None:
        """Delete, once, what is older than it must be kept."""
        published = and_(
            OutboxEvent.published_at.is_not(None),
            _older(OutboxEvent.stored_at, self._outbox_retention),
        )
        replayable = exists(
            select(DeadLetter.id).where(
                DeadLetter.event_id == InboxEvent.event_id,
                DeadLetter.status == DeadLetterStatus.DEAD,
            )
        )
        known = and_(
            _older(InboxEvent.handled_at, self._outbox_retention + _INBOX_OUTLIVES_OUTBOX_BY),
            ~replayable,
        )
        answered = _older(IdempotentRequest.created_at, _IDEMPOTENCY_KEYS_KEPT)
        await self._delete(OutboxEvent, published)
        await self._delete(InboxEvent, known)
        await self._delete(IdempotentRequest, answered)

    async def _delete(self, kind: type[Base], where: ColumnElement[bool]) -> None:
        async with self._sessions.begin() as session:
            await session.execute(
                delete(kind).where(where).execution_options(synchronize_session=False)
            )


def _older(column: InstrumentedAttribute[datetime], kept: timedelta) -> ColumnElement[bool]:
    return column < func.now() - kept
