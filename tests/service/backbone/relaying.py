"""Relays of the writer's outbox, and what they have put on its topic."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import ConsumerRecord
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
)

from shared.embedded.broker import EmbeddedBroker
from shared.events.broker import FOLLOWS_HEADER, BrokerSettings
from shared.events.outbox import OutboxEvent
from shared.events.relay import Relay
from tests.service.backbone.notebook import NoteWritten
from tests.service.backbone.running import (
    Place,
    topic_log,
)

TOPIC = "ctc.assessment"
STATES = ("KEN", "FRA", "PER", "NOR", "JPN", "CHL")
Sessions = async_sessionmaker[AsyncSession]
Own = tuple[Place, EmbeddedBroker]


def relay_of(database: AsyncEngine, sessions: Sessions, place: Place) -> Relay:
    return Relay(database, sessions, BrokerSettings(place.broker), [TOPIC])


@asynccontextmanager
async def publishing(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def backlog(sessions: Sessions) -> int:
    async with sessions() as session:
        counted = await session.scalar(
            select(func.count()).where(OutboxEvent.published_at.is_(None))
        )
        return counted or 0


def first_arrivals(records: list[ConsumerRecord]) -> dict[str, list[int]]:
    """For each State the numbers of its notes, each where a consumer heeds it first."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in records:
        if record.offset <= int(dict(record.headers)[FOLLOWS_HEADER]):
            continue  # sent into a log that had been lost, before that was noticed
        number = json.loads(record.value)["data"]["number"]
        if number not in numbers[record.key.decode()]:
            numbers[record.key.decode()].append(number)
    return numbers


def notes(numbers: range) -> list[NoteWritten]:
    return [
        NoteWritten(member_state=state, text="numbered", number=number)
        for number in numbers
        for state in STATES
    ]


async def arrived_in_order(place: Place, count: int) -> list[ConsumerRecord]:
    records = await topic_log(
        place.broker,
        TOPIC,
        lambda records: sum(map(len, first_arrivals(records).values())) >= count * len(STATES),
    )
    arrivals = first_arrivals(records)
    assert arrivals == {state: list(range(count)) for state in STATES}
    return records
