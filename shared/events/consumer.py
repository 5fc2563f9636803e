"""The consumer: one group per service, each event's effect exactly once."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from shared.clock import Clock
from shared.database.unit_of_work import UnitOfWork
from shared.events.broker import BrokerSettings
from shared.events.dead_letters import bury
from shared.events.envelope import Envelope
from shared.events.inbox import ConsumedEpoch, Subscriptions, handle_once
from shared.events.topics import group_of, topic_of_type
from shared.telemetry import handling, metrics

log = structlog.get_logger(__name__)
_ATTEMPTS = 4
_RETRY_SECONDS = 0.5
_LONGEST_RETRY_SECONDS = 15.0


class Consumer:
    """Reads the topics a service subscribes to and commits offsets after effects."""

    def __init__(
        self,
        service: str,
        broker: BrokerSettings,
        subscriptions: Subscriptions,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
    ) -> None:
        self._service = service
        self._broker = broker
        self._subscriptions = subscriptions
        self._sessions = sessions
        self._clock = clock
        self._stopping = asyncio.Event()
        self.connected = False

    @property
    def topics(self) -> Sequence[str]:
        """The topics of the event types that the service reacts to."""
        return sorted({topic_of_type(event.type) for event in self._subscriptions})

    async def run(self) -> None:
        """Consume until stopped; an unreachable broker or database is waited for."""
        while not self._stopping.is_set():
            consumer = AIOKafkaConsumer(
                *self.topics,
                bootstrap_servers=self._broker.bootstrap_servers,
                group_id=group_of(self._service),
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                metadata_max_age_ms=5_000,
                request_timeout_ms=10_000,
                session_timeout_ms=10_000,
                heartbeat_interval_ms=1_000,
            )
            try:
                await consumer.start()
                self.connected = True
                await self._consume(consumer)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("consumer-restarts", error=repr(error))
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                self.connected = False
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(consumer.stop(), 5)

    def stop(self) -> None:
        """Finish the messages in hand, commit their offsets, then end `run`."""
        self._stopping.set()

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        while not self._stopping.is_set():
            fetched: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(
                timeout_ms=500, max_records=500
            )
            if not fetched:
                continue
            done = await asyncio.gather(
                *(self._lane(consumer, lane, records) for lane, records in fetched.items())
            )
            offsets = {lane: offset for lane, offset in done if offset is not None}
            if offsets:
                await consumer.commit(offsets)

    async def _lane(
        self, consumer: AIOKafkaConsumer, lane: TopicPartition, records: list[ConsumerRecord]
    ) -> tuple[TopicPartition, int | None]:
        """Handle one lane's records in order; the offset to commit, or None after a rewind."""
        if await self._began_anew(lane, records[-1]):
            log.warning("lane-began-anew", topic=lane.topic, lane=lane.partition)
            await consumer.seek_to_beginning(lane)
            return lane, None
        offset: int | None = None
        for record in records:
            await self._record(record)
            offset = record.offset + 1
            if self._stopping.is_set():
                break
        return lane, offset

    async def _began_anew(self, lane: TopicPartition, newest: ConsumerRecord) -> bool:
        """Whether the publisher filled a forgotten topic anew since this lane was last read.

        Offsets of the old log mean nothing in the new one, so reading starts from its beginning.
        """
        epoch = int(dict(newest.headers).get("ctc-epoch", b"0"))
        async with self._sessions.begin() as session:
            known = await session.get(ConsumedEpoch, (lane.topic, lane.partition))
            if known is not None and known.epoch >= epoch:
                return False
            await session.execute(
                insert(ConsumedEpoch)
                .values(topic=lane.topic, lane=lane.partition, epoch=epoch)
                .on_conflict_do_update(index_elements=["topic", "lane"], set_={"epoch": epoch})
            )
        return known is not None or epoch > 0

    async def _record(self, record: ConsumerRecord) -> None:
        payload: bytes = record.value or b""
        try:
            envelope = Envelope.model_validate_json(payload)
        except ValidationError as error:
            await self._bury(record, payload, None, error, attempts=1)
            metrics.handled_total.labels("unreadable", "dead-lettered").inc()
            return
        if not any(event.type == envelope.type for event in self._subscriptions):
            return
        attempts = 0
        while True:
            started = time.perf_counter()
            try:
                effect = await self._handle(envelope)
            except Exception as error:
                if not is_transient(error):
                    attempts += 1
                    if attempts >= _ATTEMPTS:
                        await self._bury(record, payload, envelope, error, attempts)
                        metrics.handled_total.labels(envelope.type, "dead-lettered").inc()
                        return
                log.warning(
                    "event-retries", type=envelope.type, id=str(envelope.id), error=repr(error)
                )
                if self._stopping.is_set():
                    raise
                await asyncio.sleep(min(_LONGEST_RETRY_SECONDS, _RETRY_SECONDS * 2**attempts))
            else:
                metrics.handle_seconds.labels(envelope.type).observe(time.perf_counter() - started)
                outcome = "handled" if effect else "known-already"
                metrics.handled_total.labels(envelope.type, outcome).inc()
                return

    async def _handle(self, envelope: Envelope) -> bool:
        with handling(envelope.type, envelope.correlationid, envelope.traceparent):
            async with self._sessions() as session:
                work = UnitOfWork(session, self._clock, self._service)
                effect = await handle_once(envelope, self._subscriptions, work)
                await work.commit()
                return effect

    async def _bury(
        self,
        record: ConsumerRecord,
        payload: bytes,
        envelope: Envelope | None,
        error: Exception,
        attempts: int,
    ) -> None:
        log.error(
            "event-dead-lettered", topic=record.topic, offset=record.offset, error=repr(error)
        )
        async with self._sessions() as session:
            work = UnitOfWork(session, self._clock, self._service)
            await bury(
                work,
                topic=record.topic,
                lane=record.partition,
                offset=record.offset,
                key=record.key.decode("utf-8", errors="replace") if record.key else None,
                payload=payload,
                envelope=envelope,
                error=error,
                attempts=attempts,
            )
            await work.commit()


def is_transient(error: Exception) -> bool:
    """Whether trying again later can help: the database is away, or two changes met."""
    if isinstance(error, IntegrityError):
        return False
    if isinstance(error, (OperationalError, InterfaceError, StaleDataError, OSError, TimeoutError)):
        return True
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", "") or "")
        return error.connection_invalidated or state[:2] in {"08", "40", "53", "57"}
    return False
