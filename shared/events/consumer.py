"""The consumer: one group per service, each event's effect exactly once."""

import asyncio
import contextlib
import re
import time
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.clock import Clock
from shared.database.failures import is_transient, is_unstorable
from shared.database.unit_of_work import UnitOfWork
from shared.errors import Problem, Unavailable
from shared.events.broker import EPOCH_HEADER, FOLLOWS_HEADER, BrokerSettings, ensure_topics
from shared.events.dead_letters import bury
from shared.events.envelope import Envelope
from shared.events.inbox import ConsumedEpoch, Subscriptions, handle_once, reaction_to
from shared.events.topics import group_of, topic_of_type
from shared.telemetry import handling, metrics

log = structlog.get_logger(__name__)
_ATTEMPTS = 3
_RETRY_SECONDS = 0.25
_LONGEST_RETRY_SECONDS = 2.0
_LANE_SECONDS = 5.0
"""How long a lane is worked on before its offset is committed and the broker is asked again.

It keeps the membership of the group while the database is away, and what a slow lane or one full
of poison has done so far.
"""
_COMMIT_SECONDS = 10.0  # the client itself would wait for a forgotten topic without end
_NUMBER = re.compile(rb"[0-9]{1,18}")


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
        self.caught_up = False
        """Whether it has handled what waited when it connected."""

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
                # Kafka answers when there is something; the embedded broker, when this is over.
                fetch_max_wait_ms=50,
            )
            try:
                # First, so that no broker makes them on our asking, with lanes of its own number.
                await ensure_topics(self._broker, self.topics)
                await consumer.start()
                self.connected = True
                await self._consume(consumer)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("consumer-restarts", error=repr(error))
                await self._pause(_RETRY_SECONDS)
            finally:
                self.connected = self.caught_up = False
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
            until = time.monotonic() + _LANE_SECONDS
            # All are waited for: a lane that fails takes nothing from what the others have done.
            done = await asyncio.gather(
                *(self._lane(consumer, lane, records, until) for lane, records in fetched.items()),
                return_exceptions=True,
            )
            offsets: dict[TopicPartition, int] = {}
            for result in done:
                if not isinstance(result, BaseException):
                    offsets.update(result)
            held = consumer.assignment()  # a lane that went to another member is that one's
            offsets = {lane: offset for lane, offset in offsets.items() if lane in held}
            if offsets:
                await asyncio.wait_for(consumer.commit(offsets), _COMMIT_SECONDS)
            for result in done:
                if isinstance(result, BaseException):
                    raise result
            self.caught_up = self.caught_up or await self._at_the_ends(consumer)

    async def _at_the_ends(self, consumer: AIOKafkaConsumer) -> bool:
        held = consumer.assignment()
        with contextlib.suppress(KafkaError):  # a lane that has gone to another member meanwhile
            for lane in held:
                end = consumer.highwater(lane)
                if end is None or await consumer.position(lane) < end:
                    return False
            return bool(held)
        return False

    async def _lane(
        self,
        consumer: AIOKafkaConsumer,
        lane: TopicPartition,
        records: list[ConsumerRecord],
        until: float,
    ) -> dict[TopicPartition, int]:
        """Handle one lane's records in order until the time; the offset to commit, if any."""
        reached: dict[TopicPartition, int] = {}
        try:
            if await self._began_anew(consumer, lane, records[-1]):
                return reached
            for record in records:
                if self._stopping.is_set():
                    break
                if record.offset <= _number_of(record, FOLLOWS_HEADER, otherwise=-1):
                    metrics.handled_total.labels("any", "sent-before-loss").inc()
                elif time.monotonic() >= until or not await self._record(record, until):
                    self._come_back(consumer, lane, record.offset)
                    break
                reached[lane] = record.offset + 1
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("lane-waits", topic=lane.topic, lane=lane.partition, error=repr(error))
            self._come_back(consumer, lane, reached.get(lane, records[0].offset))
            await self._pause(_RETRY_SECONDS)
        return reached

    def _come_back(self, consumer: AIOKafkaConsumer, lane: TopicPartition, offset: int) -> None:
        """Read the lane from there next, unless another member has it now."""
        if lane in consumer.assignment():
            consumer.seek(lane, offset)

    async def _began_anew(
        self, consumer: AIOKafkaConsumer, lane: TopicPartition, newest: ConsumerRecord
    ) -> bool:
        """Whether the publisher filled a forgotten topic anew since this lane was last read.

        Offsets of the old log mean nothing in the new one, so reading starts from its beginning.
        """
        epoch = _number_of(newest, EPOCH_HEADER, otherwise=0)
        async with self._sessions() as session:
            known = await session.get(ConsumedEpoch, (lane.topic, lane.partition))
        if known is not None and known.epoch >= epoch:
            return False
        anew = known is not None or epoch > 0
        if anew:
            log.warning("lane-began-anew", topic=lane.topic, lane=lane.partition, epoch=epoch)
            beginning = (await consumer.beginning_offsets([lane]))[lane]
            # Before the epoch is known: whoever reads the lane next must not begin at the old one.
            await asyncio.wait_for(consumer.commit({lane: beginning}), _COMMIT_SECONDS)
            consumer.seek(lane, beginning)
        async with self._sessions.begin() as session:
            await session.execute(
                insert(ConsumedEpoch)
                .values(topic=lane.topic, lane=lane.partition, epoch=epoch)
                .on_conflict_do_update(index_elements=["topic", "lane"], set_={"epoch": epoch})
            )
        return anew

    async def _record(self, record: ConsumerRecord, until: float) -> bool:
        """Bring about the record's effect or bury it; False where it is to be tried again later."""
        payload: bytes = record.value or b""
        try:
            envelope = Envelope.model_validate_json(payload)
        except ValidationError as error:
            await self._bury(record, payload, None, error, attempts=1)
            metrics.handled_total.labels("unreadable", "dead-lettered").inc()
            return True
        if reaction_to(envelope.type, self._subscriptions) is None:
            return True
        attempts = tries = 0
        while True:
            started = time.perf_counter()
            try:
                effect = await self._handle(envelope)
            except Exception as error:
                tries += 1
                if not may_pass(error):
                    attempts += 1
                    if attempts >= _ATTEMPTS or is_final(error):
                        await self._bury(record, payload, envelope, error, attempts)
                        metrics.handled_total.labels(envelope.type, "dead-lettered").inc()
                        return True
                log.warning(
                    "event-retries", type=envelope.type, id=str(envelope.id), error=repr(error)
                )
                wait = min(_LONGEST_RETRY_SECONDS, _RETRY_SECONDS * 2 ** (tries - 1))
                if not attempts and time.monotonic() + wait > until:
                    await self._pause(until - time.monotonic())
                    return False
                await self._pause(wait)
                if self._stopping.is_set():
                    return False
            else:
                metrics.handle_seconds.labels(envelope.type).observe(time.perf_counter() - started)
                outcome = "handled" if effect else "known-already"
                metrics.handled_total.labels(envelope.type, outcome).inc()
                return True

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), max(0.0, seconds))

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


def may_pass(error: Exception) -> bool:
    """Whether the same event can succeed later: it is tried until it does."""
    return isinstance(error, Unavailable) or is_transient(error)


def is_final(error: Exception) -> bool:
    """Whether the event itself is at fault, so that trying again cannot help."""
    return isinstance(error, (ValidationError, Problem)) or is_unstorable(error)


def _number_of(record: ConsumerRecord, header: str, *, otherwise: int) -> int:
    told = dict(record.headers).get(header) or b""
    return int(told) if _NUMBER.fullmatch(told) else otherwise
