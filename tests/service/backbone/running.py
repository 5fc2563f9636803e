"""Runs the notebook's services in this process, over real PostgreSQL and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from fastapi import FastAPI
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shared.app import Settings
from shared.clock import SystemClock
from shared.database import Base
from shared.database.unit_of_work import UnitOfWork
from shared.events import Event
from shared.events.outbox import LANES
from tests.service.backbone.notebook import Copy, create_copier, create_writer

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where the notebook's services work."""

    writer: str
    copier: str
    broker: str


@dataclass(frozen=True)
class Service:
    """One running service."""

    app: FastAPI
    http: httpx.AsyncClient

    @property
    def sessions(self) -> async_sessionmaker[AsyncSession]:
        sessions: async_sessionmaker[AsyncSession] = self.app.state.sessions
        return sessions

    async def write(self, text: str, **body: object) -> httpx.Response:
        answer = await self.http.post("/v1/notes", json={"text": text, **body})
        answer.raise_for_status()
        return answer

    async def copies(self, text: str) -> int:
        async with self.sessions() as session:
            counted = await session.scalar(
                select(func.count()).select_from(Copy).where(Copy.text == text)
            )
            return counted or 0

    async def letters(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.operator("GET", "/v1/operations/dead-letters", params=query)
        answer.raise_for_status()
        letters: list[dict[str, Any]] = answer.json()["items"]
        return letters

    async def operator(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer operator", **request.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **request)

    async def metric(self, line: str) -> float:
        text = (await self.http.get("/metrics")).text
        return sum(
            float(row.rsplit(" ", 1)[1]) for row in text.splitlines() if row.startswith(line)
        )


def settings_of(service: str, database_url: str, broker: str, **others: object) -> Settings:
    known: dict[str, object] = {
        "service": service,
        "database_url": database_url,
        "kafka_bootstrap_servers": broker,
        "environment": "development",
        "oidc_issuer": "http://issuer.test",
        "oidc_jwks_url": "http://issuer.test/jwks.json",
        "log_level": "ERROR",
        **others,
    }
    return Settings.model_validate(known)


def running_writer(place: Place, **others: object) -> AbstractAsyncContextManager[Service]:
    settings = settings_of("assessment", place.writer, place.broker, **others)
    return _running(create_writer(settings))


def running_copier(place: Place, **others: object) -> AbstractAsyncContextManager[Service]:
    settings = settings_of("visits", place.copier, place.broker, **others)
    return _running(create_copier(settings))


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[Service]:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://notebook",
            headers={"Authorization": "Bearer cted_officer"},
            timeout=30,
        ) as http:
            service = Service(app, http)
            await until(lambda: _ready(http), lambda ready: ready)
            yield service


async def _ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/health/ready")).status_code == 200


async def create_tables(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=_tables())
    await engine.dispose()


def _tables() -> list[Table]:
    """The backbone's tables and the notebook's, whatever services other tests have imported."""
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, Table)
        and not mapper.class_.__module__.startswith("services.")
    ]


async def until(
    look: Callable[[], Awaitable[T]], accepted: Callable[[T], bool], seconds: float = 30
) -> T:
    """What `look` sees, once it is accepted."""
    last: object = "nothing"
    try:
        async with asyncio.timeout(seconds):
            while True:
                seen = await look()
                if accepted(seen):
                    return seen
                last = seen
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"last seen: {last!r}") from None


async def store(sessions: async_sessionmaker[AsyncSession], *events: Event) -> None:
    """Put events into a writer's outbox, in one transaction."""
    async with sessions() as session:
        work = UnitOfWork(session, SystemClock(), "assessment")
        work.publish(*events)
        await work.commit()


async def topic_log(
    broker: str, topic: str, enough: Callable[[list[ConsumerRecord]], bool]
) -> list[ConsumerRecord]:
    """What the topic holds from its beginning, as soon as that is enough; in order per lane."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, lane) for lane in range(LANES)])
        await consumer.seek_to_beginning()
        records: list[ConsumerRecord] = []
        async with asyncio.timeout(30):
            while not enough(records):
                for fetched in (await consumer.getmany(timeout_ms=200)).values():
                    records += fetched
        return records
    finally:
        await consumer.stop()
