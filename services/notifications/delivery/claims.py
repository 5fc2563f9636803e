"""Claims due deliveries by lease, so that no lock is held while a request is made."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.notifications.delivery.models import KeptEvent
from services.notifications.delivery.service import facts_of
from services.notifications.subscriptions.rules import Facts, Subscriber

AT_ONCE_PER_ENDPOINT = 10
_LOOK_AHEAD = 2000
_CLAIM = text("""
    WITH due AS (
        SELECT id, next_attempt_at, failing, row_number() OVER (
            PARTITION BY subscription_id ORDER BY next_attempt_at, id
        ) AS place
        FROM (
            SELECT d.id, d.subscription_id, d.next_attempt_at, s.failures > 0 AS failing
            FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id
            WHERE d.status = 'pending' AND d.next_attempt_at <= now()
              AND (d.leased_until IS NULL OR d.leased_until <= now())
              AND NOT s.paused AND (s.held_until IS NULL OR s.held_until <= now())
              AND s.id <> ALL (CAST(:busy AS uuid[]))
            ORDER BY d.next_attempt_at
            LIMIT :look_ahead
        ) AS soonest
    ), taken AS (
        SELECT id FROM deliveries
        WHERE id IN (
            SELECT id FROM due WHERE place <= CASE WHEN failing THEN 1 ELSE :per_endpoint END
            ORDER BY next_attempt_at LIMIT :room
        ) AND status = 'pending' AND (leased_until IS NULL OR leased_until <= now())
        FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries d
    SET leased_until = clock_timestamp() + CAST(:lease AS interval), attempts = d.attempts + 1
    FROM taken, subscriptions s
    WHERE d.id = taken.id AND s.id = d.subscription_id
    RETURNING d.id, d.subscription_id, d.event_id, d.attempts, d.planned_at, d.leased_until,
              clock_timestamp() AS claimed_at, s.url, s.secret, s.previous_secret,
              s.previous_secret_until, s.roles, s.member_state, s.failures
""")
_NEXT_DUE = text("""
    SELECT extract(epoch FROM min(greatest(next_attempt_at, leased_until, held_until)) - now())
    FROM (
        SELECT d.next_attempt_at, d.leased_until, s.held_until
        FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id
        WHERE d.status = 'pending' AND NOT s.paused
        ORDER BY d.next_attempt_at
        LIMIT :look_ahead
    ) AS soonest
""")


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker has for as long as its lease runs."""

    id: UUID
    event: Facts
    payload: str
    attempt: int
    planned_at: datetime
    leased_until: datetime
    claimed_at: datetime
    subscriber: Subscriber
    url: str
    secret: str
    previous_secret: str | None
    previous_secret_until: datetime | None
    endpoint_failures: int

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that sign now: the present one, and the one before for a while."""
        until = self.previous_secret_until
        old = [self.previous_secret] if self.previous_secret and until and now < until else []
        return [self.secret, *old]


async def claim(
    session: AsyncSession, room: int, busy: Collection[UUID], lease: timedelta
) -> list[Claim]:
    """Take up to `room` due deliveries, few for each endpoint, none for those already busy."""
    rows = (
        await session.execute(
            _CLAIM,
            {
                "busy": list(busy),
                "look_ahead": _LOOK_AHEAD,
                "per_endpoint": AT_ONCE_PER_ENDPOINT,
                "room": room,
                "lease": lease,
            },
        )
    ).all()
    if not rows:
        return []
    events = {
        event.id: event
        for event in await session.scalars(
            select(KeptEvent)
            .where(KeptEvent.id.in_({row.event_id for row in rows}))
            .options(undefer(KeptEvent.payload))
        )
    }
    return [
        Claim(
            id=row.id,
            event=facts_of(events[row.event_id]),
            payload=events[row.event_id].payload,
            attempt=row.attempts,
            planned_at=row.planned_at,
            leased_until=row.leased_until,
            claimed_at=row.claimed_at,
            subscriber=Subscriber(row.subscription_id, frozenset(row.roles), row.member_state),
            url=row.url,
            secret=row.secret,
            previous_secret=row.previous_secret,
            previous_secret_until=row.previous_secret_until,
            endpoint_failures=row.failures,
        )
        for row in rows
    ]


async def seconds_until_due(session: AsyncSession) -> float | None:
    """How long until the next delivery may be claimed, or None where nothing waits."""
    seconds = await session.scalar(_NEXT_DUE, {"look_ahead": _LOOK_AHEAD})
    return None if seconds is None else float(seconds)
