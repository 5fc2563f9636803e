"""`make run` as a newcomer meets it: it walks, stays up, stops, and leaves nothing behind."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(280)]
ROOT = Path(__file__).parents[2]


class Run:
    """The program, its output so far, and the processes that it has started."""

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        self.process = process
        self.directory = directory
        self.output = ""
        self.seen: set[psutil.Process] = set()

    async def until(self, text: str) -> None:
        """Read on until the output has the text."""
        assert self.process.stdout is not None
        while text not in self.output:
            line = await self.process.stdout.readline()
            if not line:
                raise AssertionError(f"ended before {text!r}:\n{self.output}")
            self.output += line.decode()
            self.look()

    async def ended(self) -> int:
        """Read to the end; the exit status."""
        assert self.process.stdout is not None
        self.output += (await self.process.stdout.read()).decode()
        return await self.process.wait()

    def look(self) -> None:
        """Remember the processes that there are now."""
        with contextlib.suppress(psutil.NoSuchProcess):
            self.seen |= set(psutil.Process(self.process.pid).children(recursive=True))

    def left_behind(self) -> list[str]:
        """Processes of this run that still live, PostgreSQL's among them."""
        servers = [
            process
            for process in psutil.process_iter(["cmdline"])
            if str(self.directory) in " ".join(process.info["cmdline"] or [])
        ]
        living = [process for process in {*self.seen, *servers} if process.is_running()]
        return [str(p) for p in living if p.status() != psutil.STATUS_ZOMBIE]


def free_ports() -> int:
    """The first of six ports in a row that nobody uses now."""
    for first in range(18_100 + os.getpid() % 5000, 60_000, 10):
        sockets = [socket.socket() for _ in range(6)]
        try:
            for offset, opened in enumerate(sockets):
                opened.bind(("127.0.0.1", first + offset))
        except OSError:
            continue
        finally:
            for opened in sockets:
                opened.close()
        return first
    raise AssertionError("no ports are free")


def _as_in_the_background() -> None:
    """A script's `make run &` begins with interrupts ignored, and is to stop all the same."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@asynccontextmanager
async def run(directory: Path, first_port: int, *arguments: str) -> AsyncIterator[Run]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "shared.embedded.run", "--directory", str(directory)),
        *("--first-port", str(first_port), *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"},
        preexec_fn=_as_in_the_background,
    )
    started = Run(process, directory)
    try:
        yield started
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_stays_up_until_interrupted_and_walks_again_on_kept_data(tmp_path: Path) -> None:
    first_port = free_ports()
    async with run(tmp_path, first_port) as first:
        await first.until("Ctrl-C stops everything")
        assert "report-submitted" in first.output
        tokens = re.findall(r"^eyJ\S+", first.output, flags=re.MULTILINE)
        assert len(tokens) == 11, "a token for each role"
        async with httpx.AsyncClient() as http:
            for url in re.findall(r"http://127\.0\.0\.1:\d+/docs", first.output):
                assert (await http.get(url)).status_code == 200
            listed = await http.get(
                f"http://127.0.0.1:{first_port + 2}/v1/ranking",
                headers={"Authorization": f"Bearer {tokens[0]}"},
            )
            assert len(listed.json()["ranks"]) == 193
        first.process.send_signal(signal.SIGINT)
        assert await first.ended() == 130
        assert first.left_behind() == []
    async with run(tmp_path, first_port, "--once") as second:
        assert await second.ended() == 0, second.output
        assert "What happened" in second.output
        assert second.left_behind() == []


async def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    first_port = free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first_port + 3))
        taken.listen()
        async with run(tmp_path, first_port, "--once") as refused:
            assert await refused.ended() == 1
    assert refused.output.strip() == (
        f"Failed: Port {first_port + 3} (assistance) is in use; stop what listens there, "
        "or choose others with --first-port."
    )
    assert refused.left_behind() == []


async def test_an_interrupted_start_leaves_nothing_behind(tmp_path: Path) -> None:
    async with run(tmp_path, free_ports(), "--once") as interrupted:
        log = tmp_path / "assessment.log"
        async with asyncio.timeout(60):
            while not log.exists():  # the services are being started
                await asyncio.sleep(0.02)
                interrupted.look()
        interrupted.process.send_signal(signal.SIGINT)
        assert await interrupted.ended() == 130
    assert interrupted.output.strip() == "Stopped."
    assert interrupted.left_behind() == []


async def test_a_dead_service_ends_the_walk_with_its_name(tmp_path: Path) -> None:
    first_port = free_ports()
    async with run(tmp_path, first_port, "--once") as broken:
        await broken.until("are up.")
        broken.look()
        (victim,) = [p for p in broken.seen if f"{first_port + 4}" in " ".join(p.cmdline())]
        victim.kill()
        assert await broken.ended() == 1
    last = broken.output.strip().splitlines()[-1]
    assert last.startswith("Failed: notifications ended with status -9; see ")
    assert broken.left_behind() == []
