"""No request is read further than a stated limit, whatever it is and whoever sends it."""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MEBIBYTE = 1024 * 1024
_LINGER_SECONDS = 5.0


class BodyLimitMiddleware:
    """Refuses a body by its Content-Length, or once more of it has come than is allowed.

    It does so when the application begins to read: who may not call at all is told that first.
    """

    def __init__(self, app: ASGIApp, most_mebibytes: int) -> None:
        self._app = app
        self._most_mebibytes = most_mebibytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_mebibytes * _MEBIBYTE
        headers = Headers(scope=scope)
        declared = int(headers.get("content-length", "0"))
        size = 0
        refused = False

        async def receive_counted() -> Message:
            nonlocal size, refused
            if declared <= most:
                message = await receive()
                size += len(message.get("body", b""))
            if max(size, declared) > most:
                refused = True
                # FastAPI lets none but its own kind through while it reads a body.
                raise HTTPException(
                    413,
                    f"A request may have {self._most_mebibytes} MiB at most.",
                    {"Connection": "close"},
                )
            return message

        async def send_and_linger(message: Message) -> None:
            if refused and message["type"] == "http.response.body" and "expect" not in headers:
                await send({**message, "more_body": True})
                await _drain(receive, 2 * most - size)
                message = {"type": "http.response.body"}
            await send(message)

        await self._app(scope, receive_counted, send_and_linger)


async def _drain(receive: Receive, most: int) -> None:
    """Let go of what is still being sent, `most` bytes of it: who is cut off reads no answer."""
    drained = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while drained <= most:
                message = await receive()
                drained += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
