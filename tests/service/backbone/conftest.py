"""PostgreSQL and a broker for the notebook, in this process."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from shared.embedded.broker import EmbeddedBroker
from shared.embedded.postgres import EmbeddedPostgres
from shared.embedded.stack import Ports
from shared.events import relay as relay_module
from tests.service.backbone.relaying import Own, Sessions
from tests.service.backbone.running import (
    Place,
    Service,
    create_tables,
    running_copier,
    running_writer,
)


@pytest.fixture(scope="package")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="package")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedBroker]:
    started = EmbeddedBroker(Ports.free(()).broker, tmp_path_factory.mktemp("broker") / "log")
    await started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
async def own_broker(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[EmbeddedBroker]:
    """A broker for one module's tests."""
    started = EmbeddedBroker(Ports.free(()).broker, tmp_path_factory.mktemp("broker") / "log")
    await started.start()
    yield started
    started.stop()


@pytest.fixture(scope="package")
async def place(postgres: EmbeddedPostgres, broker: EmbeddedBroker) -> Place:
    """The databases and the broker that most tests share."""
    return await _new_place(postgres, broker)


@pytest.fixture
async def own_database(postgres: EmbeddedPostgres) -> str:
    """An empty database for one test."""
    url = postgres.database_url(f"own_{uuid.uuid4().hex[:8]}")
    await create_tables(url)
    return url


@pytest.fixture
async def own_place(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> AsyncIterator[tuple[Place, EmbeddedBroker]]:
    """Databases and a broker for one test, which may break them."""
    broker = EmbeddedBroker(Ports.free(()).broker, tmp_path / "broker.log")
    await broker.start()
    yield await _new_place(postgres, broker), broker
    broker.stop()


async def _new_place(postgres: EmbeddedPostgres, broker: EmbeddedBroker) -> Place:
    name = uuid.uuid4().hex[:8]
    place = Place(
        writer=postgres.database_url(f"writer_{name}"),
        copier=postgres.database_url(f"copier_{name}"),
        broker=broker.bootstrap_servers,
    )
    await create_tables(place.writer)
    await create_tables(place.copier)
    return place


@pytest.fixture(scope="package")
async def writer(place: Place) -> AsyncIterator[Service]:
    async with running_writer(place) as service:
        yield service


@pytest.fixture(scope="package")
async def copier(place: Place) -> AsyncIterator[Service]:
    async with running_copier(place) as service:
        yield service


@pytest.fixture
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
