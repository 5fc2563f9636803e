"""A broker that forgets: what is kept is published again, in order, and nothing is lost."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
)

from shared.events import relay as relay_module
from shared.events.broker import EPOCH_HEADER
from shared.events.outbox import BrokerWatermark, TopicEpoch
from tests.service.backbone.notebook import Copy, NoteWritten
from tests.service.backbone.relaying import (
    TOPIC,
    Own,
    Sessions,
    arrived_in_order,
    backlog,
    first_arrivals,
    notes,
    publishing,
    relay_of,
)
from tests.service.backbone.running import (
    Service,
    running_copier,
    running_writer,
    store,
    topic_log,
    until,
)

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_broker_that_forgot_gets_everything_again_with_a_new_epoch(
    own_place: Own, database: AsyncEngine, sessions: Sessions
) -> None:
    place, broker = own_place
    await store(sessions, *notes(range(20)))
    async with publishing(relay_of(database, sessions, place)):
        await until(lambda: backlog(sessions), lambda count: count == 0)
        broker.stop()
        await broker.start()
        await store(sessions, *notes(range(20, 25)))
        records = await arrived_in_order(place, 25)
    assert (b"1") in {dict(record.headers)[EPOCH_HEADER] for record in records}


async def test_nothing_is_sent_to_a_topic_that_is_no_more(
    own_place: Own, database: AsyncEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client reconnects by itself; the embedded broker would swallow what it sends then."""
    monkeypatch.setattr(relay_module, "_CHECK_BROKER_EVERY_SECONDS", 60.0)
    place, broker = own_place
    await store(sessions, *notes(range(10)))
    relay = relay_of(database, sessions, place)
    async with publishing(relay):
        await until(lambda: backlog(sessions), lambda count: count == 0)
        producer = relay._producer
        broker.stop()
        await broker.start()
        await store(sessions, *notes(range(10, 12)))
        await arrived_in_order(place, 12)
        for number in range(12, 15):
            await store(sessions, *notes(range(number, number + 1)))
            await until(lambda: backlog(sessions), lambda count: count == 0)
        await arrived_in_order(place, 15)
        assert relay._producer is producer


async def test_a_broker_that_forgets_within_one_round_is_noticed(
    own_place: Own, database: AsyncEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, broker = own_place
    relay = relay_of(database, sessions, place)
    producer = await relay._connected()
    send, sent = producer.send_batch, 0

    async def sending(batch: object, topic: str, *, partition: int) -> object:
        nonlocal sent
        sent += 1
        if sent == 3:
            broker.stop()
            await broker.start()
        return await send(batch, topic, partition=partition)

    monkeypatch.setattr(producer, "send_batch", sending)
    await store(
        sessions,
        *(NoteWritten(member_state="KEN", text="x" * 300_000, number=n) for n in range(12)),
    )
    async with publishing(relay):
        records = await topic_log(
            place.broker, TOPIC, lambda records: len(first_arrivals(records).get("KEN", [])) == 12
        )
    assert records
    async with sessions() as session:
        epoch = await session.get(TopicEpoch, TOPIC)
    assert epoch is not None
    assert epoch.epoch >= 1


async def test_what_a_consumer_had_not_seen_when_the_broker_forgot_reaches_it(
    own_place: Own,
) -> None:
    place, broker = own_place
    async with running_writer(place) as writer:
        async with running_copier(place) as copier:
            for n in range(5):
                await writer.write(f"{n}")
            await until(lambda: copied(copier), lambda texts: len(texts) == 5)
        for n in range(5, 10):
            await writer.write(f"{n}")
        await until(lambda: backlog(writer.sessions), lambda count: count == 0)
        broker.stop()
        await broker.start()
        for n in range(10, 15):  # the first of these meet a log that was lost
            await writer.write(f"{n}")
        async with running_copier(place) as copier:
            await until(lambda: copied(copier), lambda texts: len(texts) >= 15)
            for n in range(15, 18):
                await writer.write(f"{n}")
            texts = await until(lambda: copied(copier), lambda texts: len(texts) >= 18)
            assert texts == [str(n) for n in range(18)]
            assert await copier.letters() == []


async def copied(copier: Service) -> list[str]:
    async with copier.sessions() as session:
        return list((await session.scalars(select(Copy.text).order_by(Copy.position))).all())


async def test_a_watermark_is_only_ever_of_the_present_log(
    own_place: Own, database: AsyncEngine, sessions: Sessions
) -> None:
    """One lane finds out that the broker forgot; the marks of the others fall with it."""
    place, _ = own_place
    relay = relay_of(database, sessions, place)
    await store(sessions, *notes(range(5)))
    async with publishing(relay):
        await until(lambda: backlog(sessions), lambda count: count == 0)
        async with sessions.begin() as session:
            lanes = (await session.scalars(select(BrokerWatermark.lane))).all()
            assert len(lanes) > 1
            # As if the old log had been longer in one lane.
            await session.execute(
                update(BrokerWatermark)
                .where(BrokerWatermark.lane == lanes[0])
                .values(kafka_offset=10_000)
            )
        await store(sessions, *notes(range(5, 6)))
        await until(lambda: _epoch(sessions), lambda epoch: epoch >= 1)
        await until(lambda: backlog(sessions), lambda count: count == 0)
        async with sessions() as session:
            marks = (await session.scalars(select(BrokerWatermark.kafka_offset))).all()
        assert max(marks) < 10_000
        assert await _epoch(sessions) == 1


async def _epoch(sessions: Sessions) -> int:
    async with sessions() as session:
        epoch = await session.get(TopicEpoch, TOPIC)
        return epoch.epoch if epoch else 0
