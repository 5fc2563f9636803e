"""Every committed event reaches its topic, in order for each State, whatever fails in between."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
)

from shared.events import relay as relay_module
from shared.events.outbox import OutboxEvent
from tests.service.backbone.notebook import NoteWritten
from tests.service.backbone.relaying import (
    STATES,
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
    Place,
    Service,
    running_writer,
    store,
    topic_log,
    until,
)

pytestmark = pytest.mark.usefixtures("impatient")


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


async def ready(service: Service) -> int:
    return (await service.http.get("/health/ready")).status_code


async def _nothing() -> None:
    return


async def _crash(*_: Any) -> None:
    raise ConnectionResetError


async def _taken(wake: asyncio.Event) -> bool:
    return not wake.is_set()
