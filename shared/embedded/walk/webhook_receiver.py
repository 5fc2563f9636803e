"""A webhook endpoint of the walk's own, which trusts signed deliveries alone."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(slots=True)
class Inbox:
    """What came to one path of the receiver."""

    secret: str | None = None
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By webhook-id; the same delivery again is the same entry."""
    refused: int = 0


class _Server(uvicorn.Server):
    """A server inside a program that answers signals itself."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the program."""
        yield


class WebhookReceiver:
    """Listens on a free port of this machine."""

    def __init__(self) -> None:
        self._app = FastAPI(openapi_url=None)
        self._app.post("/{name}")(self._receive)
        self._inboxes: dict[str, Inbox] = {}
        self._arrived = asyncio.Condition()
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["WebhookReceiver"]:
        """Serve until the block ends."""
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, log_config=None, lifespan="off"
        )
        server = _Server(config)
        listener = config.bind_socket()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield self
        finally:
            server.should_exit = True
            await serving

    def inbox(self, name: str) -> Inbox:
        """What came to /`name`."""
        return self._inboxes.setdefault(name, Inbox())

    async def wait_for(self, name: str, event_type: str) -> None:
        """Return once a signed delivery of the type has come to /`name`."""
        async with self._arrived:
            await self._arrived.wait_for(
                lambda: any(e["type"] == event_type for e in self.inbox(name).events.values())
            )

    async def _receive(self, name: str, request: Request) -> Response:
        inbox = self.inbox(name)
        if inbox.secret is None:  # registered, but the answer with the secret is still on its way
            return Response(status_code=503)
        body = await request.body()
        try:
            Webhook(inbox.secret).verify(body.decode(), dict(request.headers))
        except (WebhookVerificationError, ValueError):
            inbox.refused += 1
            return Response(status_code=401)
        async with self._arrived:
            inbox.events[request.headers["webhook-id"]] = json.loads(body)
            self._arrived.notify_all()
        return Response(status_code=204)
