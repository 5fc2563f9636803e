"""What has served its time is forgotten; what is still needed is not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shared.clock import SystemClock
from shared.database import new_id
from shared.database.idempotency import IdempotentRequest
from shared.database.unit_of_work import UnitOfWork
from shared.events.dead_letters import bury
from shared.events.envelope import Envelope
from shared.events.inbox import InboxEvent
from shared.events.outbox import OutboxEvent
from shared.operations.housekeeping import Housekeeper
from tests.service.backbone.notebook import NoteWritten
from tests.service.backbone.running import store

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions(own_database: str) -> AsyncIterator[Sessions]:
    engine = create_async_engine(own_database)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


@pytest.fixture
def housekeeper(sessions: Sessions) -> Housekeeper:
    return Housekeeper(sessions, timedelta(days=90))


async def test_an_event_is_kept_until_it_is_published_and_then_for_its_time(
    sessions: Sessions, housekeeper: Housekeeper
) -> None:
    await store(sessions, *(NoteWritten(member_state="KEN", text="t", number=n) for n in range(4)))
    ages = {"waits": (400, None), "old": (91, 91), "young": (89, 89), "again": (91, 0)}
    async with sessions.begin() as session:
        positions = (await session.scalars(select(OutboxEvent.position))).all()
        for position, (kind, (stored, published)) in zip(positions, ages.items(), strict=True):
            await session.execute(
                update(OutboxEvent)
                .where(OutboxEvent.position == position)
                .values(
                    key=kind,
                    stored_at=func.now() - timedelta(days=stored),
                    published_at=None
                    if published is None
                    else func.now() - timedelta(days=published),
                )
            )
    await housekeeper.keep_house()

    async with sessions() as session:
        kept = (await session.scalars(select(OutboxEvent.key))).all()
    assert sorted(kept) == ["waits", "young"]


async def test_an_id_outlives_what_an_outbox_can_publish_again(
    sessions: Sessions, housekeeper: Housekeeper
) -> None:
    by_age = {days: new_id() for days in (1, 91, 119, 121)}
    buried = Envelope.around(
        NoteWritten(member_state="KEN", text="buried"), "assessment", SystemClock().now()
    )
    async with sessions() as session:
        work = UnitOfWork(session, SystemClock(), "visits")
        await bury(
            work,
            topic="ctc.assessment",
            lane=0,
            offset=0,
            key="KEN",
            payload=buried.model_dump_json().encode(),
            envelope=buried,
            error=RuntimeError("no"),
            attempts=1,
        )
        await work.commit()
    async with sessions.begin() as session:
        for days, event_id in [*by_age.items(), (500, buried.id)]:
            await session.execute(
                insert(InboxEvent).values(
                    event_id=event_id, type="t", handled_at=func.now() - timedelta(days=days)
                )
            )
    await housekeeper.keep_house()

    async with sessions() as session:
        kept = set((await session.scalars(select(InboxEvent.event_id))).all())
    # A letter that can still be replayed keeps its event's id, so that it is not done twice.
    wanted: set[UUID] = {by_age[1], by_age[91], by_age[119], buried.id}
    assert kept == wanted


async def test_a_key_is_kept_for_a_week(sessions: Sessions, housekeeper: Housekeeper) -> None:
    async with sessions.begin() as session:
        for days in (0, 6, 8):
            await session.execute(
                insert(IdempotentRequest).values(
                    scope="s",
                    key=str(days),
                    body_digest="d",
                    created_at=func.now() - timedelta(days=days),
                )
            )
    await housekeeper.keep_house()

    async with sessions() as session:
        kept = (await session.scalars(select(IdempotentRequest.key))).all()
    assert sorted(kept) == ["0", "6"]
