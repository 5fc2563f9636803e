"""The delivery worker: claims, sends and records until it is stopped; replicas share the work."""

import asyncio
import contextlib
import time
from collections import Counter
from uuid import UUID

import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.notifications.delivery.claims import (
    AT_ONCE_PER_ENDPOINT,
    Claim,
    claim,
    seconds_until_due,
)
from services.notifications.delivery.outcomes import Outcome, record
from services.notifications.delivery.sender import Sender
from services.notifications.delivery.service import NOTIFY_CHANNEL
from services.notifications.delivery.settings import DeliverySettings
from services.notifications.subscriptions.rules import may_receive
from shared.clock import Clock
from shared.database import UnitOfWork

log = structlog.get_logger(__name__)
_PROMPT_SECONDS = 1.0
"""Who has not answered by then is slow, and no longer takes the place of a prompt one."""
_LONGEST_WAIT_SECONDS = 5.0
_SHORTEST_WAIT_SECONDS = 0.05
_RETRY_SECONDS = 0.5
_MOST_AT_A_TIME = 100


async def deliver(app: FastAPI) -> None:
    """Deliver what is due until cancelled."""
    settings = DeliverySettings()
    sender = Sender(
        development=app.state.settings.environment == "development",
        timeout_seconds=settings.timeout_seconds,
        connections=settings.at_once + settings.slow_at_once,
    )
    dispatcher = Dispatcher(app.state.sessions, app.state.clock, sender, settings)
    try:
        await dispatcher.run()
    finally:
        await sender.close()


class Dispatcher:
    """Keeps many requests in flight, few for each endpoint, and slow ones out of others' way."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
        sender: Sender,
        settings: DeliverySettings,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._sender = sender
        self._settings = settings
        self._wake = asyncio.Event()
        self._in_flight: dict[asyncio.Task[None], tuple[Claim, float]] = {}
        self._outcomes: list[Outcome] = []

    async def run(self) -> None:
        """Deliver until cancelled; an unreachable database is waited for."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                self._wake.clear()
                try:
                    await self._record()
                    if not await self._claim():
                        await self._rest()
                except Exception as error:
                    log.warning("deliveries-retry", error=repr(error))
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            listener.cancel()
            await self._hand_back()

    async def _claim(self) -> int:
        """Claim what there is room for and begin to send it; how many."""
        room = self._room()
        if room <= 0:
            return 0
        async with self._sessions.begin() as session:
            claims = await claim(session, room, self._busy(), self._settings.lease)
        for claimed in claims:
            task = asyncio.create_task(self._send(claimed))
            self._in_flight[task] = (claimed, time.monotonic())
            task.add_done_callback(self._in_flight.pop)
        return len(claims)

    async def _send(self, claimed: Claim) -> None:
        answer = None
        if may_receive(claimed.subscriber, claimed.event):
            answer = await self._sender.post(
                claimed.url,
                str(claimed.id),
                claimed.claimed_at,
                claimed.payload,
                claimed.secrets(self._clock.now()),
            )
        self._outcomes.append(Outcome(claimed, answer))
        self._wake.set()

    async def _record(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if not outcomes:
            return
        try:
            async with self._sessions() as session:
                work = UnitOfWork(session, self._clock, "notifications")
                await record(work, outcomes, self._settings)
                await work.commit()
        except BaseException:
            self._outcomes = outcomes + self._outcomes
            raise

    async def _rest(self) -> None:
        """Wait for an answer, a planned delivery, or the time of the next."""
        seconds = _LONGEST_WAIT_SECONDS
        if self._room() > 0:
            async with self._sessions() as session:
                due_in = await seconds_until_due(session)
            if due_in is not None:
                seconds = min(seconds, max(_SHORTEST_WAIT_SECONDS, due_in))
        else:
            seconds = _PROMPT_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _room(self) -> int:
        now = time.monotonic()
        prompt = sum(now - began < _PROMPT_SECONDS for _, began in self._in_flight.values())
        slow = len(self._in_flight) - prompt
        beyond = max(0, slow - self._settings.slow_at_once)
        return min(self._settings.at_once - prompt - beyond, _MOST_AT_A_TIME)

    def _busy(self) -> list[UUID]:
        """The endpoints that have as many requests in flight as is good for them."""
        counted = Counter(claimed.subscriber.id for claimed, _ in self._in_flight.values())
        failing = {
            claimed.subscriber.id
            for claimed, _ in self._in_flight.values()
            if claimed.endpoint_failures > 0
        }
        return [
            endpoint
            for endpoint, count in counted.items()
            if count >= AT_ONCE_PER_ENDPOINT or endpoint in failing
        ]

    async def _listen(self) -> None:
        while True:
            try:
                async with self._sessions() as session:
                    connection = await session.connection()
                    raw = (await connection.get_raw_connection()).driver_connection
                    assert raw is not None  # noqa: S101 - a fresh connection has a driver
                    await raw.add_listener(NOTIFY_CHANNEL, lambda *_: self._wake.set())
                    while not raw.is_closed():  # noqa: ASYNC110 - the driver has no event for it
                        await asyncio.sleep(1)
            except Exception as error:
                log.warning("delivery-listener-retries", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _hand_back(self) -> None:
        """End what is in flight and its leases, so that another worker need not wait for them."""
        interrupted = {task: claimed for task, (claimed, _) in self._in_flight.items()}
        for task in interrupted:
            task.cancel()
        await asyncio.gather(*interrupted, return_exceptions=True)
        done = {outcome.claim.id for outcome in self._outcomes}
        with contextlib.suppress(Exception):
            await self._record()
            async with self._sessions.begin() as session:
                for claimed in interrupted.values():
                    if claimed.id not in done:
                        await session.execute(
                            text(
                                "UPDATE deliveries SET leased_until = NULL"
                                " WHERE id = :id AND leased_until = :leased_until"
                            ),
                            {"id": claimed.id, "leased_until": claimed.leased_until},
                        )
