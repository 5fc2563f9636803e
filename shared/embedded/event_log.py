"""What is on the broker's topics, read as another system would."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

CloudEvent = dict[str, Any]
_LOOK_AGAIN_SECONDS = 0.1
_ONE_LOOK_SECONDS = 15.0


class EventLog:
    """Reads topics from their beginning, also after the broker has begun anew."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers

    async def read(self, *topics: str) -> list[CloudEvent]:
        """Everything on the topics now, each event once, in order within its partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap_servers)
        await consumer.start()
        await asyncio.sleep(0)  # its tasks begin: one that has not could not be stopped in peace
        try:
            lanes = [
                TopicPartition(topic, lane)
                for topic in topics
                for lane in sorted(consumer.partitions_for_topic(topic) or ())
            ]
            ends = {lane: end for lane, end in (await consumer.end_offsets(lanes)).items() if end}
            if not ends:
                return []
            consumer.assign(list(ends))
            await consumer.seek_to_beginning(*ends)
            events: dict[str, CloudEvent] = {}
            while any([await consumer.position(lane) < end for lane, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        event: CloudEvent = json.loads(record.value)
                        events.setdefault(event["id"], event)
            return list(events.values())
        finally:
            await consumer.stop()

    async def wait_for(
        self, topic: str, wanted: Callable[[CloudEvent], bool], count: int = 1
    ) -> list[CloudEvent]:
        """The first `count` wanted events; waits for them, so call it within a timeout."""
        while True:
            found: list[CloudEvent] = []
            # Where the broker goes away or begins anew meanwhile, look again from the beginning.
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(_ONE_LOOK_SECONDS):
                    found = [event for event in await self.read(topic) if wanted(event)]
            if len(found) >= count:
                return found[:count]
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def count(self, topics: Sequence[str]) -> dict[str, Counter[str]]:
        """How many events of each type are on each topic."""
        return {
            topic: Counter(event["type"] for event in await self.read(topic)) for topic in topics
        }
