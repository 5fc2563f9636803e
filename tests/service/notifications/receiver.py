"""A webhook endpoint: it verifies signatures, and can fail, hang, be down and come back."""

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError

Answer = Callable[[dict[str, Any]], int]


def accept(_: dict[str, Any]) -> int:
    """Take every delivery."""
    return 204


class Received:
    """One request, as it came."""

    def __init__(self, headers: dict[str, str], body: bytes) -> None:
        self.headers = headers
        self.body = body
        self.event: dict[str, Any] = json.loads(body)
        self.id = headers["webhook-id"]

    def signed_with(self, secret: str) -> bool:
        """Whether the signature is one by this secret, for this body, made just now."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


class Receiver:
    """Listens on a port of this machine that stays the same while it is down."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Answer = accept
        self.hanging = False
        self.connections = 0
        self._arrived = asyncio.Condition()
        self._went_down = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/hook"

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.go_down()

    async def come_up(self) -> None:
        self._went_down.clear()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def go_down(self) -> None:
        """Close every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._went_down.set()
        for writer in self._open:
            writer.transport.abort()

    async def until(
        self, enough: Callable[[list[Received]], bool], seconds: float = 20
    ) -> list[Received]:
        """What was received, once it is enough."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: enough(self.received))
        return list(self.received)

    def about(self, **data: object) -> list[Received]:
        """What was received with these values in its data."""
        return [
            one
            for one in self.received
            if all(one.event["data"].get(name) == value for name, value in data.items())
        ]

    async def first_about(self, seconds: float = 20, **data: object) -> Received:
        """The first delivery with these values in its data."""
        await self.until(lambda _: bool(self.about(**data)), seconds)
        return self.about(**data)[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")[1:]
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in lines if line)
                }
                body = await reader.readexactly(int(headers["content-length"]))
                self.connections += 1
                if self.hanging:
                    await self._went_down.wait()
                    return
                one = Received(headers, body)
                status = self.answer(one.event)
                async with self._arrived:
                    self.received.append(one)
                    self._arrived.notify_all()
                extra = "Location: /elsewhere\r\n" if 300 <= status < 400 else ""
                text = b"" if status == 204 else b"I say so"
                writer.write(
                    f"HTTP/1.1 {status} X\r\n{extra}Content-Length: {len(text)}\r\n\r\n".encode()
                    + text
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
