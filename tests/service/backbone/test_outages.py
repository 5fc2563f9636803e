"""PostgreSQL goes away and comes back: nothing is lost, doubled or given up, and health says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.embedded.broker import EmbeddedBroker
from shared.embedded.postgres import EmbeddedPostgres
from tests.service.backbone.running import (
    Place,
    Service,
    create_tables,
    running_copier,
    running_writer,
    until,
)

Away = tuple[EmbeddedPostgres, Service, Service]


@pytest.fixture(scope="module")
async def services(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, own_broker: EmbeddedBroker
) -> AsyncIterator[Away]:
    """The copier works on a server of its own, which the tests stop."""
    directory: Path = tmp_path_factory.mktemp("postgres-that-stops")
    server = EmbeddedPostgres(directory)
    server.start()
    place = Place(
        postgres.database_url("outage_writer"),
        server.database_url("outage_copier"),
        own_broker.bootstrap_servers,
    )
    await create_tables(place.writer)
    await create_tables(place.copier)
    async with running_writer(place) as writer, running_copier(place) as copier:
        yield server, writer, copier
    server.stop()


async def readiness(service: Service) -> int:
    return (await service.http.get("/health/ready")).status_code


async def test_events_that_come_while_the_database_is_away_are_handled_when_it_is_back(
    services: Away,
) -> None:
    server, writer, copier = services
    await writer.write("before the outage")
    await until(lambda: copier.copies("before the outage"), lambda count: count == 1)
    for _ in range(2):
        server.stop()
        await until(lambda: readiness(copier), lambda status: status == 503)
        assert (await copier.http.get("/health/live")).status_code == 200
        ready = (await copier.http.get("/health/ready")).json()
        assert ready["checks"]["database"] != "ok"
        for answer in (
            await copier.http.get("/v1/notes"),
            await copier.http.post("/v1/notes", json={"text": "t"}),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        for n in range(10):
            await writer.write("in the outage", events=3, rank=n)
        server.start()
        await until(lambda: readiness(copier), lambda status: status == 200)
    await writer.write("after the outage")
    await until(lambda: copier.copies("after the outage"), lambda count: count == 1)

    assert await copier.copies("in the outage") == 60
    assert await copier.letters() == []


async def test_a_database_that_is_starting_or_shutting_down_dead_letters_nothing(
    services: Away,
) -> None:
    server, writer, copier = services
    for _ in range(4):
        await writer.write("restarts", events=5)
        server.stop()
        server.start()
    await until(lambda: copier.copies("restarts"), lambda count: count == 20)
    assert await copier.letters() == []
