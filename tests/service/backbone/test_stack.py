"""The embedded stack: it starts only what is not given, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import psutil
import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.embedded.issuer import create_app as create_issuer
from shared.embedded.postgres import EmbeddedPostgres
from shared.embedded.stack import Ports, Stack, StackError
from tests.service.backbone.running import Place, until


def processes_of(directory: Path) -> list[str]:
    """The processes that have the run directory among their arguments or environment."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "environ"]):
        told = [*(process.info["cmdline"] or []), *(process.info["environ"] or {}).values()]
        if process.pid != os.getpid() and any(str(directory) in text for text in told):
            found.append(" ".join(process.info["cmdline"] or []))
    return found


@pytest.fixture
def elsewhere(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker and a database that somebody else runs."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", place.broker)
    monkeypatch.setenv("ASSESSMENT_DATABASE_URL", place.writer)


@pytest.mark.parametrize("taken", ["broker", "issuer", "assessment"])
async def test_a_port_in_use_is_named_and_nothing_starts(tmp_path: Path, taken: str) -> None:
    ports = Ports.free(("assessment",))
    number = {"broker": ports.broker, "issuer": ports.issuer, **ports.services}[taken]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", number))
        listening.listen()
        with pytest.raises(StackError, match=rf"Port {number} \({taken}\) is in use"):
            await Stack(tmp_path, ports).__aenter__()
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "postgres").exists()


async def test_what_the_environment_names_is_not_embedded(
    elsewhere: None, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(tmp_path, Ports.free(("assessment",)))
    monkeypatch.setattr(Stack, "_migrate", _nothing)
    monkeypatch.setattr(Stack, "start_service", _nothing)
    async with stack:
        assert stack.bootstrap_servers == place.broker
        assert stack.database_urls == {"assessment": place.writer}
        assert not (tmp_path / "postgres").exists()
        assert not (tmp_path / "broker.log").exists()
        assert len(processes_of(tmp_path)) == 1  # the issuer
    assert processes_of(tmp_path) == []


async def test_a_child_that_dies_at_the_start_is_one_line_and_nothing_is_left(
    elsewhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stack, "_migrate", _nothing)
    monkeypatch.setenv("OUTBOX_RETENTION_DAYS", "nonsense")
    with pytest.raises(StackError, match=r"^assessment ended with status [1-9].*; see .*\.log$"):
        await Stack(tmp_path, Ports.free(("assessment",))).__aenter__()
    assert processes_of(tmp_path) == []


async def test_a_migration_that_fails_is_one_line_and_nothing_is_left(
    elsewhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
    monkeypatch.setenv("ASSESSMENT_DATABASE_URL", wrong)
    with pytest.raises(StackError, match=r"^Migrating assessment failed: [^\n]+$"):
        await Stack(tmp_path, Ports.free(("assessment",))).__aenter__()
    assert processes_of(tmp_path) == []


_STARTING = """
import asyncio, sys
from pathlib import Path
from shared.embedded.stack import Ports, Stack
async def main():
    async with Stack(Path(sys.argv[1]), Ports.free(("assessment",))):
        print("up", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("seen", ["postgres", "broker.log", "assessment.log"])
async def test_an_interrupt_at_any_point_of_the_start_leaves_nothing(
    tmp_path: Path, seen: str
) -> None:
    """The interrupt comes as soon as the start has made the file or folder."""
    starting = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _STARTING,
        str(tmp_path),
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    await until(lambda: asyncio.to_thread((tmp_path / seen).exists), bool)
    os.killpg(starting.pid, signal.SIGINT)  # as a terminal sends it: to the whole group
    assert await asyncio.wait_for(starting.wait(), 30) != 0
    await until(lambda: asyncio.to_thread(processes_of, tmp_path), lambda left: left == [])


async def test_a_server_whose_last_user_was_killed_is_still_stopped(tmp_path: Path) -> None:
    killed = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import os, signal, sys; from pathlib import Path;"
        "from shared.embedded.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); os.kill(os.getpid(), signal.SIGKILL)",
        str(tmp_path / "postgres"),
    )
    await killed.wait()
    assert processes_of(tmp_path)
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    server.stop()
    await until(lambda: asyncio.to_thread(processes_of, tmp_path), lambda left: left == [])


async def test_text_search_knows_every_script_whatever_the_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    try:
        first, again = (server.database_url("searched") for _ in range(2))
        assert first == again
        engine = create_async_engine(first, poolclass=NullPool)
        async with engine.connect() as connection:
            found = await connection.scalar(
                text("""
                    SELECT to_tsvector('russian', 'Терроризм')
                               @@ websearch_to_tsquery('russian', 'ТЕРРОРИЗМА')
                       AND to_tsvector('arabic', 'الإرهاب،')
                               @@ websearch_to_tsquery('arabic', 'الإرهاب')
                """)
            )
        await engine.dispose()
    finally:
        server.stop()
    assert found


def test_the_issuer_refuses_to_start_outside_development(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in ("production", None):
        if environment is None:
            monkeypatch.delenv("ENVIRONMENT", raising=False)
        else:
            monkeypatch.setenv("ENVIRONMENT", environment)
        with pytest.raises(RuntimeError, match="development"):
            create_issuer()


async def _nothing(*_: object) -> None:
    return
