"""Every committed event reaches its topic, in order for each State, whatever fails in between."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from shared.embedded.broker import EmbeddedBroker
from shared.events import relay as relay_module
from shared.events.broker import EPOCH_HEADER, FOLLOWS_HEADER, BrokerSettings
from shared.events.outbox import BrokerWatermark, OutboxEvent, TopicEpoch
from shared.events.relay import Relay
from tests.service.backbone.notebook import Copy, NoteWritten
from tests.service.backbone.running import (
    Place,
    Service,
    running_copier,
    running_writer,
    store,
    topic_log,
    until,
)

TOPIC = "ctc.assessment"
STATES = ("KEN", "FRA", "PER", "NOR", "JPN", "CHL")
Sessions = async_sessionmaker[AsyncSession]
Own = tuple[Place, EmbeddedBroker]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "_CHECK_BROKER_EVERY_SECONDS", 0.5)


@pytest.fixture
async def database(own_place: Own) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(own_place[0].writer, pool_size=20, pool_pre_ping=True)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(database: AsyncEngine) -> Sessions:
    return async_sessionmaker(database, expire_on_commit=False)


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


async def test_three_replicas_keep_each_states_order(
    own_place: Own, database: AsyncEngine, sessions: Sessions
) -> None:
    place, _ = own_place
    async with publishing(*(relay_of(database, sessions, place) for _ in range(3))):
        for number in range(60):
            await store(sessions, *notes(range(number, number + 1)))
        await until(lambda: backlog(sessions), lambda count: count == 0)

    records = await arrived_in_order(place, 60)
    assert len(records) == 60 * len(STATES)  # nobody published what another had


async def test_a_batch_that_fails_in_the_middle_overtakes_nothing(
    own_place: Own, database: AsyncEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _ = own_place
    relay = relay_of(database, sessions, place)
    producer = await relay._connected()
    send, sent = producer.send_batch, 0

    async def failing(batch: object, topic: str, *, partition: int) -> object:
        nonlocal sent
        sent += 1
        if sent % 3 == 0 and sent < 20:
            raise KafkaError("not now")
        return await send(batch, topic, partition=partition)

    monkeypatch.setattr(producer, "send_batch", failing)
    monkeypatch.setattr(relay, "_forget_connection", _nothing)  # keeps the failing producer
    long = [
        NoteWritten(member_state=state, text="x" * 100_000, number=number)
        for number in range(30)
        for state in STATES[:2]
    ]
    await store(sessions, *long)
    async with publishing(relay):
        await until(lambda: backlog(sessions), lambda count: count == 0)

    arrivals = first_arrivals(
        await topic_log(
            place.broker,
            TOPIC,
            lambda records: (
                len(first_arrivals(records)) == 2
                and all(len(x) == 30 for x in first_arrivals(records).values())
            ),
        )
    )
    assert arrivals == {state: list(range(30)) for state in STATES[:2]}
    assert sent > 20


async def test_a_crash_before_the_commit_repeats_and_does_not_reverse(
    own_place: Own, database: AsyncEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, _ = own_place
    crashed = relay_of(database, sessions, place)
    monkeypatch.setattr(crashed, "_acknowledge", _crash)
    await store(sessions, *notes(range(10)))
    with pytest.raises(ConnectionResetError):
        await crashed._publish_some()
    await crashed._forget_connection()
    assert await backlog(sessions) == 10 * len(STATES)

    await store(sessions, *notes(range(10, 20)))
    async with publishing(relay_of(database, sessions, place)):
        await until(lambda: backlog(sessions), lambda count: count == 0)
    records = await arrived_in_order(place, 20)
    assert len(records) == 30 * len(STATES)


async def test_events_wait_while_the_broker_is_away_and_the_backlog_shows(own_place: Own) -> None:
    place, broker = own_place
    async with running_writer(place) as writer:
        await writer.write("before")
        broker.stop()
        await until(lambda: ready(writer), lambda status: status == 503)
        for n in range(20):
            await writer.write(f"away {n}")
        await until(lambda: writer.metric("ctc_outbox_backlog_events "), lambda count: count >= 20)
        age = await writer.metric("ctc_outbox_oldest_age_seconds ")
        await until(
            lambda: writer.metric("ctc_outbox_oldest_age_seconds "), lambda later: later > age > 0
        )
        answer = await writer.http.get("/health/ready")
        assert answer.status_code == 503
        assert answer.json()["checks"]["broker"] != "ok"
        assert (await writer.http.get("/health/live")).status_code == 200

        await broker.start()
        await until(
            lambda: writer.metric("ctc_outbox_backlog_events "), lambda backlog: backlog == 0
        )
        await until(lambda: ready(writer), lambda status: status == 200)
        wanted = {"before", *(f"away {n}" for n in range(20))}
        await topic_log(
            place.broker,
            TOPIC,
            lambda records: wanted == {json.loads(r.value)["data"]["text"] for r in records},
        )


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


async def test_a_lost_listener_listens_again(
    own_place: Own, database: AsyncEngine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "_POLL_SECONDS", 0.05)
    place, _ = own_place
    relay = relay_of(database, sessions, place)
    listeners = text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND query LIKE 'LISTEN%'"
    )

    async def listening() -> set[int]:
        async with database.connect() as connection:
            return set((await connection.scalars(listeners)).all())

    async with publishing(relay):
        lost = await until(listening, bool)
        async with database.connect() as connection:
            for pid in lost:
                await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        await until(listening, lambda now: bool(now) and now.isdisjoint(lost))
        # The poll would find it too late now: only a notification is in time.
        monkeypatch.setattr(relay_module, "_POLL_SECONDS", 60.0)
        relay._wake.set()
        await until(lambda: _taken(relay._wake), bool)
        await store(sessions, *notes(range(1)))
        await until(lambda: backlog(sessions), lambda count: count == 0, seconds=5)


async def test_a_long_backlog_is_published_in_bounded_batches_by_index(
    own_place: Own, database: AsyncEngine, sessions: Sessions
) -> None:
    place, _ = own_place
    await store(
        sessions,
        *(NoteWritten(member_state="KEN", text="y" * 800_000, number=n) for n in range(15)),
    )
    await store(sessions, *notes(range(300)))
    relay = relay_of(database, sessions, place)
    await relay._connected()
    await relay._check_broker()
    async with sessions() as session:
        rows = await relay._next_rows(session)
        assert sum(len(row.payload) for row in rows) < 10_000_000
    async with publishing(relay):
        await until(lambda: backlog(sessions), lambda count: count == 0)
    await topic_log(place.broker, TOPIC, lambda records: len(records) >= 300 * len(STATES) + 15)


async def test_transactions_on_one_record_publish_in_the_order_of_their_commits(
    own_place: Own,
) -> None:
    """The later one waits for the record's lock, and takes its position only then."""
    place, _ = own_place
    async with running_writer(place) as writer:
        created = await writer.write("first")
        path = created.headers["location"]

        async def rewrite(n: int) -> int:
            while True:
                answer = await writer.http.patch(
                    path,
                    json={"text": f"version {n}"},
                    headers={"If-Match": "*"},
                )
                if answer.status_code != 412:
                    version: int = answer.json()["version"]
                    return version

        versions = await asyncio.gather(*(rewrite(n) for n in range(12)))
        async with writer.sessions() as session:
            stored = await session.scalars(
                select(OutboxEvent.payload).order_by(OutboxEvent.position)
            )
            texts = [json.loads(payload)["data"]["text"] for payload in stored]
    in_order = [n for _, n in sorted(zip(versions, range(12), strict=True))]
    assert texts == ["first", *(f"version {n}" for n in in_order)]


async def test_an_operator_publishes_again_from_a_point_in_time(
    place: Place, writer: Service, copier: Service
) -> None:
    await writer.write("not again")
    await until(lambda: copier.copies("not again"), lambda count: count == 1)
    since = datetime.now(UTC).isoformat()
    await writer.write("again")
    await until(lambda: copier.copies("again"), lambda count: count == 1)
    known = f'ctc_inbox_handled_total{{outcome="known-already",type="{NoteWritten.type}"}}'
    before = await copier.metric(known)

    answer = await writer.operator(
        "POST", "/v1/operations/outbox/republications", json={"since": since}
    )
    assert (answer.status_code, answer.json()) == (202, {"events": 1})
    await until(lambda: copier.metric(known), lambda count: count == before + 1)
    assert await copier.copies("again") == 1


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


async def ready(service: Service) -> int:
    return (await service.http.get("/health/ready")).status_code


async def _nothing() -> None:
    return


async def _crash(*_: Any) -> None:
    raise ConnectionResetError


async def _taken(wake: asyncio.Event) -> bool:
    return not wake.is_set()
