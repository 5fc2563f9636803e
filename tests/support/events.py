"""Events as another system sees and sends them: straight on the broker."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from shared.embedded.event_log import CloudEvent, EventLog
from shared.embedded.stack import Stack
from shared.events import Envelope, Event
from shared.events.topics import topic_of, topic_of_type

_PATIENCE_SECONDS = 40


async def read_events(
    stack: Stack, topic: str, wanted: Callable[[CloudEvent], bool], count: int
) -> list[CloudEvent]:
    """The first `count` events on the topic that are wanted; waits for them."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        return await EventLog(stack.bootstrap_servers).wait_for(topic, wanted, count)


async def read_event(stack: Stack, kind: type[Event], /, **data: object) -> CloudEvent:
    """The first event of the kind whose data has these values (as JSON has them)."""
    (event,) = await read_events(
        stack,
        topic_of_type(kind.type),
        lambda event: (
            event["type"] == kind.type
            and all(event["data"].get(name) == value for name, value in data.items())
        ),
        1,
    )
    return event


async def publish(stack: Stack, *events: Event) -> list[Envelope]:
    """Put events on the broker as the service that owns their type would."""
    envelopes = [
        Envelope.around(event, event.type.split(".")[3], datetime.now(UTC)) for event in events
    ]
    await publish_envelopes(stack, *envelopes)
    return envelopes


async def publish_envelopes(stack: Stack, *envelopes: Envelope) -> None:
    """Put ready envelopes on the broker; the same one twice is a redelivery."""
    for envelope in envelopes:
        await publish_raw(
            stack,
            topic_of(envelope.type.split(".")[3]),
            envelope.subject,
            envelope.model_dump_json(exclude_none=True).encode(),
        )


async def publish_raw(stack: Stack, topic: str, key: str, value: bytes) -> None:
    """Put bytes on the broker, whatever they are."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap_servers, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=key.encode())
    finally:
        await producer.stop()
