"""The few things asked of a Kafka-protocol broker."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from shared.events.outbox import LANES

EPOCH_HEADER = "ctc-epoch"
"""The Kafka header that says how often the publisher has filled the topic anew."""
FOLLOWS_HEADER = "ctc-follows"
"""The Kafka header that names an offset which the record's own exceeds, unless the log was lost.

A record that does not was sent before its publisher noticed the loss. Consumers pass it over: it
comes again, after the older ones that were lost.
"""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and what it is asked to guarantee."""

    bootstrap_servers: str
    replication_factor: int = 1
    idempotent: bool = False


async def ensure_topics(broker: BrokerSettings, topics: Sequence[str]) -> None:
    """Create the topics that are missing, with the lanes that the outbox uses.

    Raises:
        aiokafka.errors.KafkaError: the broker cannot be reached or refuses a topic.
    """
    admin = AIOKafkaAdminClient(
        bootstrap_servers=broker.bootstrap_servers, request_timeout_ms=10_000
    )
    try:
        await admin.start()
        missing = set(topics) - set(await admin.list_topics())
        for topic in sorted(missing):
            answer = await admin.create_topics([NewTopic(topic, LANES, broker.replication_factor)])
            for _, code, *_ in answer.topic_errors:  # the client leaves it to us to look
                if code not in (NoError.errno, TopicAlreadyExistsError.errno):
                    raise for_code(code)(f"the topic {topic} could not be created")
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
