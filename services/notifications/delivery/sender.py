"""Sends one signed request to an address that was checked, and follows no redirect."""

import asyncio
import socket
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

import httpcore
import httpx
from standardwebhooks import Webhook

from services.notifications.subscriptions.addresses import address_fault
from shared.events.envelope import CONTENT_TYPE

_KEPT_RESPONSE_BYTES = 1000
_LONGEST_ERROR = 300
_RESOLVERS = 32


class AddressRefusedError(httpcore.ConnectError):
    """The host resolves to an address that webhooks must not reach."""


class CheckedBackend(httpcore.AnyIOBackend):
    """Connects to the very address that was looked up and checked, so no second answer counts."""

    def __init__(self, *, development: bool) -> None:
        self._development = development
        # Of its own: a name server that hangs must not hold up the process's other look-ups.
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Look up, check every address, and connect to the first that answers."""
        addresses = await self._look_up(host, port)
        for address in addresses:
            if fault := address_fault(address, development=self._development):
                raise AddressRefusedError(fault)
        refusal: httpcore.ConnectError | None = None
        for address in addresses:
            try:
                return await super().connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                refusal = error
        raise refusal or httpcore.ConnectError(f"{host} has no address")

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            return [str(ip_address(host))]
        except ValueError:
            pass  # a name
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._resolvers, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            )
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be looked up: {error}") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a status, or an error in place of one."""

    status: int | None
    error: str | None
    response: str
    milliseconds: int


class Sender:
    """Posts signed events."""

    def __init__(self, *, development: bool, timeout_seconds: float, connections: int) -> None:
        self._timeout_seconds = timeout_seconds
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=connections,
            max_keepalive_connections=min(connections, 100),
            keepalive_expiry=15,
            network_backend=CheckedBackend(development=development),
        )

    async def post(
        self, url: str, webhook_id: str, at: datetime, body: str, secrets: Iterable[str]
    ) -> Answer:
        """Post `body`, signed with each of `secrets`; never raises for what the endpoint does."""
        signatures = (Webhook(secret).sign(webhook_id, at, body) for secret in secrets)
        headers = {
            "content-type": CONTENT_TYPE,
            "user-agent": "ctc-webhooks/1",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        started = time.perf_counter()
        status: int | None = None
        error: str | None = None
        received = b""
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._pool.stream(
                    "POST",
                    url,
                    headers=list(headers.items()),
                    content=body.encode(),
                    extensions={"timeout": {"connect": self._timeout_seconds / 2}},
                ) as response,
            ):
                status = response.status  # it stands, however the body may end
                async for chunk in response.aiter_stream():
                    received += chunk
                    if len(received) >= _KEPT_RESPONSE_BYTES:
                        break
        except TimeoutError:
            error = f"Timeout: not answered within {self._timeout_seconds:g} s"
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
            ValueError,
        ) as failure:
            error = f"{type(failure).__name__}: {failure}"[:_LONGEST_ERROR]
        text = received[:_KEPT_RESPONSE_BYTES].decode("utf-8", errors="replace")
        return Answer(
            status,
            error if status is None else None,
            text.replace("\x00", "\ufffd"),
            int((time.perf_counter() - started) * 1000),
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
