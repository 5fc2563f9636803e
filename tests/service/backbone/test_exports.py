"""An export is of one moment, whole or visibly broken off, and holds nothing once it is over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from sqlalchemy import delete, select
from sqlalchemy import text as text_of_query

from shared.database import routing
from shared.embedded.stack import Ports
from shared.exports import routes
from tests.service.backbone.notebook import FAULTS, HOLDS, TRIES, Note
from tests.service.backbone.running import Service, until

NOTES = 450
EXPORT = "/v1/notes/export"
FORMATS = ("csv", "json", "xlsx")
of_each_format = pytest.mark.parametrize("kind", FORMATS)


def note(text: str, rank: int) -> Note:
    return Note(member_state="KEN", text=text, rank=rank, facts={})


async def many(writer: Service, *ranks: int) -> str:
    """The text of as many notes as there are ranks."""
    text = f"exported {uuid4()}"
    async with writer.sessions() as session, session.begin():
        session.info["clock"] = writer.app.state.clock
        session.add_all(note(text, rank) for rank in ranks or range(NOTES))
    return text


@contextmanager
def held(text: str) -> Iterator[asyncio.Event]:
    """Reading on in the list of this text waits for the event, or for the end."""
    HOLDS[text] = asyncio.Event()
    try:
        yield HOLDS[text]
    finally:
        HOLDS.pop(text).set()


@pytest.fixture
async def served(writer: Service) -> AsyncIterator[httpx.AsyncClient]:
    """A client that reads off a socket, as the answer is sent."""
    async with (
        _server(writer) as url,
        httpx.AsyncClient(
            base_url=url, headers={"Authorization": "Bearer oct"}, timeout=20
        ) as client,
    ):
        yield client


@asynccontextmanager
async def _server(writer: Service) -> AsyncIterator[str]:
    port = Ports.free(()).broker
    server = uvicorn.Server(
        uvicorn.Config(writer.app, port=port, lifespan="off", log_level="critical")
    )
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await until(started, bool)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def snapshots(writer: Service) -> int:
    """How many transactions keep a view of the database."""
    async with writer.sessions() as session:
        counted = await session.scalar(
            text_of_query(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()"
            )
        )
        return int(counted or 0)


async def released(writer: Service) -> None:
    """Waits until no export has its snapshot any more."""
    await until(lambda: snapshots(writer), lambda kept: kept == 0)


async def test_an_export_shows_one_moment_whatever_others_write(
    writer: Service, served: httpx.AsyncClient
) -> None:
    text = await many(writer)
    query = {"text": text, "format": "json"}
    with held(text) as go_on:
        async with served.stream("GET", EXPORT, params=query) as answer:
            parts = answer.aiter_bytes()
            begun = await anext(parts)
            assert begun.startswith(b"[{"), "what is known is sent before the rest is read"
            async with writer.sessions() as session, session.begin():
                session.info["clock"] = writer.app.state.clock
                last = select(Note.id).where(Note.text == text, Note.rank >= NOTES - 20)
                await session.execute(delete(Note).where(Note.id.in_(last)))
                session.add_all(note(text, NOTES + rank) for rank in range(20))
            go_on.set()
            whole = begun + b"".join([part async for part in parts])
    exported = httpx.Response(200, content=whole).json()
    assert [record["rank"] for record in exported] == list(range(NOTES))


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_a_failure_half_way_is_no_whole_file(
    writer: Service, served: httpx.AsyncClient, kind: str
) -> None:
    text = await many(writer)
    FAULTS[text] = [RuntimeError("the disk is gone")]
    with pytest.raises(httpx.RemoteProtocolError):
        await served.get(EXPORT, params={"text": text, "format": kind})
    await released(writer)
    assert (await served.get(EXPORT, params={"text": text, "format": kind})).status_code == 200


async def test_a_workbook_that_fails_is_not_sent(
    writer: Service, served: httpx.AsyncClient
) -> None:
    text = await many(writer)
    FAULTS[text] = [RuntimeError("the disk is gone")]
    answer = await served.get(EXPORT, params={"text": text, "format": "xlsx"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:ctc:problem:internal")
    await released(writer)


@of_each_format
async def test_a_reader_who_goes_away_frees_the_snapshot(
    writer: Service, served: httpx.AsyncClient, kind: str
) -> None:
    text = await many(writer)
    with held(text) as go_on:
        asking = asyncio.create_task(served.get(EXPORT, params={"text": text, "format": kind}))
        await until(lambda: snapshots(writer), lambda kept: kept == 1 and TRIES[text] == 2)
        asking.cancel()
        await asyncio.wait([asking])
        if kind == "xlsx":  # it is noticed between two pages
            go_on.set()
        await released(writer)
    assert TRIES[text] == 2, "of three pages"


async def test_a_reader_who_stops_reading_is_left(
    writer: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "_READER_SECONDS", 0.2)
    text = await many(writer)
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "path": EXPORT, "raw_path": EXPORT.encode(), "root_path": "",
        "query_string": f"format=csv&text={text}".replace(" ", "%20").encode(),
        "headers": [(b"authorization", b"Bearer oct")], "scheme": "http",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def take_nothing(message: Any) -> None:
        if message.get("body"):
            await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="response already started"):
        await writer.app(scope, receive, take_nothing)
    await released(writer)


@of_each_format
async def test_more_than_the_most_is_refused_before_anything_is_sent(
    writer: Service, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(routing, "MOST_RECORDS", NOTES - 1)
    text = await many(writer)
    query = {"text": text, "format": kind}
    refused = await writer.http.get(EXPORT, params=query)
    assert (refused.status_code, refused.json()["type"]) == (413, "urn:ctc:problem:too-large")
    assert refused.json()["detail"] == "There are more than 449 records; narrow the filters."
    assert (await writer.http.get(EXPORT, params=query | {"rank": "7"})).status_code == 200
    monkeypatch.setattr(routing, "MOST_RECORDS", NOTES)
    assert (await writer.http.get(EXPORT, params=query)).status_code == 200


async def test_the_list_itself_has_no_most(
    writer: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "MOST_RECORDS", 1)
    text = await many(writer, 1, 2)
    assert len((await writer.http.get("/v1/notes", params={"text": text})).json()["items"]) == 2


async def test_exports_wait_for_each_other_and_lists_do_not_wait(
    writer: Service, served: httpx.AsyncClient
) -> None:
    text = await many(writer)
    query = {"text": text, "format": "xlsx"}
    with held(text):
        exports = [asyncio.create_task(served.get(EXPORT, params=query)) for _ in range(12)]
        await until(lambda: snapshots(writer), lambda kept: kept >= routing.SNAPSHOTS_AT_ONCE)
        assert (await served.get("/v1/notes", params={"text": text})).status_code == 200
        assert await snapshots(writer) == routing.SNAPSHOTS_AT_ONCE
    assert {answer.status_code for answer in await asyncio.gather(*exports)} == {200}
    await released(writer)
