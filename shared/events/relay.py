"""The relay: publishes what the outbox holds, in order, and again when the broker forgot it."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased

from shared.events.broker import (
    EPOCH_HEADER,
    FOLLOWS_HEADER,
    BrokerSettings,
    end_offsets,
    ensure_topics,
    make_producer,
)
from shared.events.envelope import CONTENT_TYPE
from shared.events.outbox import (
    LANES,
    NOTIFY_CHANNEL,
    BrokerWatermark,
    OutboxEvent,
    OutboxLane,
    TopicEpoch,
)
from shared.telemetry import metrics

log = structlog.get_logger(__name__)
_BATCH_ROWS_OF_LANE = 250
_BATCH_CHARACTERS = 8_000_000
_ROWS_AT_A_TIME = 50
_POLL_SECONDS = 1.0
_CHECK_BROKER_EVERY_SECONDS = 5.0
_RESTARTS_TAKE_SECONDS = 0.05  # a broker that answered a moment ago is still the same
_RETRY_SECONDS = 0.5


class Relay:
    """Publishes one service's outbox; any number of replicas may run it."""

    def __init__(
        self,
        engine: AsyncEngine,
        sessions: async_sessionmaker[AsyncSession],
        broker: BrokerSettings,
        topics: Sequence[str],
    ) -> None:
        self._engine = engine
        self._sessions = sessions
        self._broker = broker
        self._topics = list(topics)
        self._producer: AIOKafkaProducer | None = None
        self._wake = asyncio.Event()
        self._checked_broker_at = float("-inf")
        self._answered_at = float("-inf")
        self._reached: dict[tuple[str, int, int], int] = {}
        """The last offset of each topic's lane in its epoch, as far as this replica knows."""
        self.broker_reachable = False

    async def run(self) -> None:
        """Publish until cancelled; an unreachable broker or database is waited for."""
        beside = [asyncio.create_task(self._listen()), asyncio.create_task(self._measure())]
        try:
            while True:
                try:
                    published = await self._publish_some()
                except asyncio.CancelledError:
                    raise
                except Exception as error:
                    log.warning("relay-retries", error=repr(error))
                    await self._forget_connection()
                    await asyncio.sleep(_RETRY_SECONDS)
                    continue
                if published == 0:
                    await self._wait_for_work()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._forget_connection()

    async def drain(self, limit_seconds: float) -> None:
        """Publish what is left, for a shutdown, within the limit; the rest stays in the outbox."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(limit_seconds):
                while await self._publish_some():
                    pass
        await self._forget_connection()

    async def _wait_for_work(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _POLL_SECONDS)
        self._wake.clear()

    async def _listen(self) -> None:
        while True:
            try:
                async with self._engine.connect() as connection:
                    raw = (await connection.get_raw_connection()).driver_connection
                    assert raw is not None  # noqa: S101 - a fresh connection has a driver
                    await raw.add_listener(NOTIFY_CHANNEL, lambda *_: self._wake.set())
                    while not raw.is_closed():  # noqa: ASYNC110 - the driver has no event for it
                        await asyncio.sleep(_POLL_SECONDS)
            except Exception as error:
                log.warning("relay-listener-retries", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            await ensure_topics(self._broker, self._topics)
            self._producer = await make_producer(self._broker)
            self._checked_broker_at = float("-inf")
        self.broker_reachable = True
        return self._producer

    async def _meet(self, producer: AIOKafkaProducer) -> None:
        """Let the broker know the topics before it is sent events, in case it restarted empty.

        A client that reconnects would send to a topic that is no more, and the embedded broker
        would acknowledge what nobody can read.
        """
        if time.monotonic() - self._answered_at > _RESTARTS_TAKE_SECONDS:
            producer.client.set_topics(self._topics)
            if not await producer.client.force_metadata_update():
                raise KafkaConnectionError("the broker does not answer")

    async def _forget_connection(self) -> None:
        self.broker_reachable = False
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(producer.stop(), 5)

    async def _publish_some(self) -> int:
        producer = await self._connected()
        if time.monotonic() - self._checked_broker_at > _CHECK_BROKER_EVERY_SECONDS:
            await self._check_broker()
        async with self._sessions.begin() as session:
            rows = await self._next_rows(session)
            if not rows:
                return 0
            groups: dict[tuple[str, int], list[OutboxEvent]] = defaultdict(list)
            for row in rows:
                groups[row.topic, row.lane].append(row)
            await self._meet(producer)
            epochs = await self._epochs(session)
            marks = await self._marks(session)
            results = await asyncio.gather(
                *(
                    self._send(
                        producer, place, events, epochs.get(place[0], 0), marks.get(place, -1)
                    )
                    for place, events in groups.items()
                ),
                return_exceptions=True,
            )
            forgotten: set[str] = set()
            for (topic, _), result in zip(groups, results, strict=True):
                if isinstance(result, BaseException):
                    raise result
                if not result:
                    forgotten.add(topic)
            await self._acknowledge(session, groups, forgotten)
        return len(rows)

    async def _next_rows(self, session: AsyncSession) -> list[OutboxEvent]:
        """The oldest events of each lane that no other replica holds; the lanes are held then."""
        lanes = (
            await session.scalars(
                select(OutboxLane.lane).order_by(OutboxLane.lane).with_for_update(skip_locked=True)
            )
        ).all()
        # A lane at a time, as its index has them: a backlog of any length costs no sorting.
        held = select(OutboxLane.lane).where(OutboxLane.lane.in_(lanes)).subquery()
        oldest = (
            select(OutboxEvent)
            .where(OutboxEvent.lane == held.c.lane, OutboxEvent.published_at.is_(None))
            .order_by(OutboxEvent.position)
            .limit(_BATCH_ROWS_OF_LANE)
            .lateral()
        )
        event = aliased(OutboxEvent, oldest)
        statement = select(event).select_from(held).join(oldest, true()).order_by(event.position)
        rows: list[OutboxEvent] = []
        size = 0
        found = await session.stream_scalars(
            statement, execution_options={"yield_per": _ROWS_AT_A_TIME}
        )
        async for row in found:
            rows.append(row)
            size += len(row.payload)
            if size >= _BATCH_CHARACTERS:
                break
        await found.close()
        return rows

    async def _send(
        self,
        producer: AIOKafkaProducer,
        place: tuple[str, int],
        events: list[OutboxEvent],
        epoch: int,
        mark: int,
    ) -> bool:
        """Send one lane's events in order: each batch is acknowledged before the next is sent.

        False where the broker acknowledged an offset that it had given before: it began anew.
        """
        topic, lane = place
        mark = max(mark, self._reached.get((topic, lane, epoch), -1))
        remembers = True
        waiting = list(events)
        while waiting:
            batch = producer.create_batch()
            taken: list[OutboxEvent] = []
            for row in waiting:
                headers = [
                    ("content-type", CONTENT_TYPE.encode()),
                    (EPOCH_HEADER, str(epoch).encode()),
                    (FOLLOWS_HEADER, str(mark + len(taken)).encode()),
                ]
                appended = batch.append(
                    key=row.key.encode(),
                    value=row.payload.encode(),
                    timestamp=None,
                    headers=headers,
                )
                if appended is None:
                    break
                taken.append(row)
            acknowledged = await (await producer.send_batch(batch, topic, partition=lane))
            remembers &= acknowledged.offset > mark
            for row in taken:  # the offset is the first record's
                row.kafka_offset = acknowledged.offset
            mark = acknowledged.offset + len(taken) - 1
            waiting = waiting[len(taken) :]
        self._answered_at = time.monotonic()
        self._reached[topic, lane, epoch] = mark
        return remembers

    async def _acknowledge(
        self,
        session: AsyncSession,
        groups: dict[tuple[str, int], list[OutboxEvent]],
        forgotten: set[str],
    ) -> None:
        now = await session.scalar(select(func.clock_timestamp()))
        assert now is not None  # noqa: S101 - the database always tells the time
        for (topic, _), events in groups.items():
            for row in events:
                row.published_at = now
                metrics.publish_seconds.observe(max(0.0, (now - row.stored_at).total_seconds()))
            metrics.published_total.labels(topic).inc(len(events))
        await session.flush()
        reached = [
            {"topic": topic, "lane": lane, "kafka_offset": events[-1].kafka_offset}
            for (topic, lane), events in groups.items()
        ]
        statement = insert(BrokerWatermark).values(reached)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["topic", "lane"],
                set_={"kafka_offset": statement.excluded.kafka_offset},
            )
        )
        for topic in sorted(forgotten):
            await self._republish(session, topic)

    async def _check_broker(self) -> None:
        """Compare what the broker holds with what it acknowledged: less means that it forgot."""
        await ensure_topics(self._broker, self._topics)
        ends = await end_offsets(self._broker, self._topics)
        async with self._sessions.begin() as session:
            # All lanes, so that no replica publishes while the loss is being mended.
            await session.execute(
                insert(OutboxLane)
                .values([{"lane": lane} for lane in range(LANES)])
                .on_conflict_do_nothing()
            )
            await session.execute(select(OutboxLane).order_by(OutboxLane.lane).with_for_update())
            marks = (await session.scalars(select(BrokerWatermark))).all()
            forgotten = {
                mark.topic
                for mark in marks
                if ends.get((mark.topic, mark.lane), 0) <= mark.kafka_offset
            }
            if forgotten:  # another replica may have published since: look again under the lock
                ends = await end_offsets(self._broker, self._topics)
            for topic in sorted(forgotten):
                if any(
                    ends.get((topic, mark.lane), 0) <= mark.kafka_offset
                    for mark in marks
                    if mark.topic == topic
                ):
                    await self._republish(session, topic)
        self._checked_broker_at = time.monotonic()

    async def _republish(self, session: AsyncSession, topic: str) -> None:
        """Mark all that is kept of `topic` as unpublished; the inboxes make it harmless."""
        log.warning("broker-forgot-topic", topic=topic)
        metrics.broker_losses_total.labels(topic).inc()
        await session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.topic == topic)
            .values(published_at=None)
            .execution_options(synchronize_session=False)
        )
        await session.execute(delete(BrokerWatermark).where(BrokerWatermark.topic == topic))
        await session.execute(
            insert(TopicEpoch)
            .values(topic=topic, epoch=1)
            .on_conflict_do_update(index_elements=["topic"], set_={"epoch": TopicEpoch.epoch + 1})
        )

    async def _epochs(self, session: AsyncSession) -> dict[str, int]:
        return {row.topic: row.epoch for row in await session.scalars(select(TopicEpoch))}

    async def _marks(self, session: AsyncSession) -> dict[tuple[str, int], int]:
        marks = await session.scalars(select(BrokerWatermark))
        return {(mark.topic, mark.lane): mark.kafka_offset for mark in marks}

    async def _measure(self) -> None:
        """Show the backlog, also while a send waits for the broker, which is when it matters."""
        while True:
            with contextlib.suppress(Exception):  # publishing says what is wrong
                async with self._sessions() as session:
                    backlog, age = await outbox_backlog(session)
                metrics.outbox_backlog.set(backlog)
                metrics.outbox_oldest_age.set(age)
            await asyncio.sleep(_POLL_SECONDS)


async def outbox_backlog(session: AsyncSession) -> tuple[int, float]:
    """How many events wait to be published, and for how many seconds the oldest has."""
    row = (
        await session.execute(
            select(
                func.count(),
                func.coalesce(
                    func.extract("epoch", func.clock_timestamp() - func.min(OutboxEvent.stored_at)),
                    0,
                ),
            ).where(OutboxEvent.published_at.is_(None))
        )
    ).one()
    return int(row[0]), float(row[1])
