"""SIGTERM: open requests are answered, what is in hand is finished, and the status is 0."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from shared.embedded.stack import Ports
from shared.events.outbox import OutboxEvent
from tests.service.backbone.notebook import Copy
from tests.service.backbone.running import Place, until


@asynccontextmanager
async def process(
    place: Place, factory: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    port = Ports.free(()).broker
    environment = {
        **os.environ,
        "ENVIRONMENT": "development",
        "ASSESSMENT_DATABASE_URL": place.writer,
        "VISITS_DATABASE_URL": place.copier,
        "KAFKA_BOOTSTRAP_SERVERS": place.broker,
        "OIDC_ISSUER": "http://issuer.test",
        "OIDC_JWKS_URL": "http://issuer.test/jwks.json",
        "LOG_LEVEL": "ERROR",
    }
    module = f"tests.service.backbone.notebook:{factory}"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.app.serve", module, "--port", str(port), env=environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as http:

            async def ready() -> int:
                try:
                    return (await http.get(f"{url}/health/ready")).status_code
                except httpx.TransportError:
                    return 0

            await until(ready, lambda status: status == 200)
        yield child, url
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def test_open_requests_are_answered_and_their_events_published(
    own_place: tuple[Place, object],
) -> None:
    place, _ = own_place
    async with process(place, "create_writer") as (child, url), httpx.AsyncClient() as http:
        headers = {"Authorization": "Bearer cted_officer"}
        asked = asyncio.create_task(
            http.post(f"{url}/v1/notes", json={"text": "slow", "events": 500}, headers=headers)
        )
        await until(lambda: _begun(place), bool)
        child.send_signal(signal.SIGTERM)
        answer = await asked
        assert answer.status_code == 201
        assert await asyncio.wait_for(child.wait(), 15) == 0

    engine = create_async_engine(place.writer)
    async with engine.connect() as connection:
        rows = select(func.count()).where(OutboxEvent.published_at.is_(None))
        assert await connection.scalar(rows) == 0
        assert await connection.scalar(select(func.count()).select_from(OutboxEvent)) == 500
    await engine.dispose()


async def test_events_in_hand_are_finished_and_published(own_place: tuple[Place, object]) -> None:
    place, _ = own_place
    async with process(place, "create_writer") as (_, url), httpx.AsyncClient() as http:
        headers = {"Authorization": "Bearer cted_officer"}
        await http.post(f"{url}/v1/notes", json={"text": "slow", "events": 40}, headers=headers)
        async with process(place, "create_copier") as (copier, _):
            await until(lambda: _copies(place), lambda count: count >= 1)
            copier.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(copier.wait(), 15) == 0

    done = await _copies(place)
    assert 1 <= done < 40  # it did not wait for the rest of the batch
    engine = create_async_engine(place.copier)
    async with engine.connect() as connection:
        published = select(func.count()).where(OutboxEvent.published_at.is_not(None))
        assert await connection.scalar(published) == done
    await engine.dispose()


async def _begun(place: Place) -> bool:
    """Whether the slow request has written its note, in its transaction."""
    engine = create_async_engine(place.writer)
    async with engine.connect() as connection:
        open_ones = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' "
                "AND query LIKE 'INSERT INTO backbone_notes%'"
            )
        )
    await engine.dispose()
    return bool(open_ones)


async def _copies(place: Place) -> int:
    engine = create_async_engine(place.copier)
    async with async_sessionmaker(engine)() as session:
        count = await session.scalar(select(func.count()).select_from(Copy))
    await engine.dispose()
    return count or 0
