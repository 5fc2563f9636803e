"""Everything a developer runs, as processes: PostgreSQL, broker, issuer and services."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from shared.embedded.broker import EmbeddedBroker
from shared.embedded.postgres import EmbeddedPostgres
from shared.embedded.processes import die_with_parent
from shared.events.topics import SERVICES

_ROOT = Path(__file__).parents[2]
_READY_SECONDS = 60.0
_STOP_SECONDS = 25.0


class StackError(Exception):
    """The stack cannot start or has lost a process; one line says what to do."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each process listens on this machine."""

    issuer: int
    broker: int
    services: dict[str, int]

    @classmethod
    def from_first(cls, first: int) -> "Ports":
        """Six ports in a row: the issuer's, the services', the broker's."""
        services = {name: first + 1 + n for n, name in enumerate(SERVICES)}
        return cls(first, first + 1 + len(SERVICES), services)

    @classmethod
    def free(cls, services: Sequence[str] = SERVICES) -> "Ports":
        """Ports that nobody uses now, for tests."""
        sockets = [socket.socket() for _ in range(len(services) + 2)]
        for opened in sockets:
            opened.bind(("127.0.0.1", 0))
        issuer, broker, *others = (opened.getsockname()[1] for opened in sockets)
        for opened in sockets:
            opened.close()
        return cls(issuer, broker, dict(zip(services, others, strict=True)))


class Stack:
    """Starts the processes in order, and stops every one of them."""

    def __init__(self, run_directory: Path, ports: Ports) -> None:
        self.run_directory = run_directory.absolute()
        self._ports = ports
        self._postgres = EmbeddedPostgres(self.run_directory / "postgres")
        self.broker = EmbeddedBroker(ports.broker, self.run_directory / "broker.log")
        external = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        self._embeds_broker = external is None
        self.bootstrap_servers = external or self.broker.bootstrap_servers
        self.database_urls = {
            name: os.environ[variable]
            for name in ports.services
            if (variable := f"{name.upper()}_DATABASE_URL") in os.environ
        }
        """Each service's database; one named by the environment is used instead of embedded."""
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._environment: dict[str, str] = {}
        self.issuer = f"http://127.0.0.1:{ports.issuer}"
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.services.items()}

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            self._stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def token(self, role: str, **claims: str) -> str:
        """A development token of `role`, with claims such as member_state."""
        answer = httpx.post(f"{self.issuer}/token", json={"role": role, **claims})
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def kill(self, name: str) -> None:
        """End a process without warning, as a fault would."""
        child = self._children.pop(name)
        child.send_signal(signal.SIGKILL)
        child.wait()

    async def start_service(self, name: str) -> None:
        """Start the service and wait until it is ready."""
        self.launch_service(name)
        await self.service_ready(name)

    def launch_service(self, name: str) -> None:
        """Start the service's process."""
        self._launch(name, f"services.{name}.main:create_app", self._ports.services[name])

    async def service_ready(self, name: str) -> None:
        """Wait until the service can do its work."""
        await self._ready(name, self.urls[name])

    def check(self) -> None:
        """Say so if a process has ended.

        Raises:
            StackError: which one, and where its log is.
        """
        for name, child in self._children.items():
            if child.poll() is not None:
                raise StackError(
                    f"{name} ended with status {child.returncode}; see {self._log_file(name)}"
                )

    async def _start(self) -> None:
        self.run_directory.mkdir(parents=True, exist_ok=True)
        ports = {"issuer": self._ports.issuer, **self._ports.services}
        if self._embeds_broker:
            ports["broker"] = self._ports.broker
        for name, port in ports.items():
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    raise StackError(
                        f"Port {port} ({name}) is in use; stop what listens there, or choose "
                        "others with --first-port."
                    )
        if missing := [name for name in self.urls if name not in self.database_urls]:
            try:
                self._postgres.start()
            except (subprocess.SubprocessError, OSError) as error:
                raise StackError(
                    f"PostgreSQL did not start ({error}); see {self.run_directory}/postgres/log"
                ) from error
            for name in missing:
                self.database_urls[name] = self._postgres.database_url(name)
        if self._embeds_broker:
            await self.broker.start()
        self._environment = {
            "OBJECT_STORE_URL": (self.run_directory / "objects").as_uri(),
            **{f"{name.upper()}_URL": url for name, url in self.urls.items()},
            **os.environ,
            "ENVIRONMENT": "development",
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "OIDC_ISSUER": self.issuer,
            "OIDC_JWKS_URL": f"{self.issuer}/jwks.json",
            "ISSUER_KEY_FILE": str(self.run_directory / "issuer-key.pem"),
            "CLOCK_FILE": str(self.run_directory / "clock.json"),
        }
        for name, url in self.database_urls.items():
            self._environment[f"{name.upper()}_DATABASE_URL"] = url
        self._launch("issuer", "shared.embedded.issuer:create_app", self._ports.issuer)
        await _together(
            self._ready("issuer", self.issuer), *(self._migrate(name) for name in self.urls)
        )
        await _together(*(self.start_service(name) for name in self.urls))

    async def _migrate(self, name: str) -> None:
        migrating = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "shared.database.migrate",
            name,
            cwd=_ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        try:
            output, _ = await migrating.communicate()
        finally:
            if migrating.returncode is None:  # interrupted
                migrating.kill()
                await migrating.wait()
        if migrating.returncode != 0:
            raise StackError(f"Migrating {name} failed: {output.decode().splitlines()[-1]}")

    def _launch(self, name: str, factory: str, port: int) -> None:
        with self._log_file(name).open("ab") as log:
            self._children[name] = subprocess.Popen(  # noqa: S603 - our own program
                [
                    sys.executable,
                    "-m",
                    "shared.app.serve",
                    factory,
                    "--port",
                    str(port),
                ],
                cwd=_ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    async def _ready(self, name: str, url: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        async with httpx.AsyncClient() as http:
            while time.monotonic() < deadline:
                self.check()
                try:
                    if (await http.get(f"{url}/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise StackError(f"{name} was not ready in time; see {self._log_file(name)}")

    def _log_file(self, name: str) -> Path:
        return self.run_directory / f"{name}.log"

    def _stop(self) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()
        self.broker.stop()
        self._postgres.stop()


async def _together(*starting: Coroutine[Any, Any, None]) -> None:
    """Wait for all; when one fails the others end first, so that nothing starts after a stop."""
    tasks = [asyncio.ensure_future(one) for one in starting]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
