"""The few things asked of a Kafka-protocol broker."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from shared.events.outbox import LANES


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and what it is asked to guarantee."""

    bootstrap_servers: str
    replication_factor: int = 1
    idempotent: bool = False


async def ensure_topics(broker: BrokerSettings, topics: Sequence[str]) -> None:
    """Create the topics that are missing, with the lanes that the outbox uses."""
    admin = AIOKafkaAdminClient(
        bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=10_000
    )
    await admin.start()
    try:
        missing = set(topics) - set(await admin.list_topics())
        for topic in sorted(missing):
            with contextlib.suppress(TopicAlreadyExistsError):
                await admin.create_topics([NewTopic(topic, LANES, broker.replication_factor)])
    finally:
        await admin.close()


async def make_producer(broker: BrokerSettings) -> AIOKafkaProducer:
    """A started producer that waits for every in-sync replica."""
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap_servers,
        acks="all",
        enable_idempotence=broker.idempotent,
        max_batch_size=1_000_000,
        request_timeout_ms=10_000,
        metadata_max_age_ms=10_000,
    )
    try:
        await producer.start()
    except BaseException:
        await producer.stop()
        raise
    return producer


async def end_offsets(broker: BrokerSettings, topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """The next offset of each lane of each topic."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=10_000
    )
    try:
        await consumer.start()
        lanes = [TopicPartition(topic, lane) for topic in topics for lane in range(LANES)]
        ends = await consumer.end_offsets(lanes)
        return {(lane.topic, lane.partition): offset for lane, offset in ends.items()}
    finally:
        await consumer.stop()
