"""No request is read further than a stated limit, whatever it is and whoever sends it."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MEBIBYTE = 1024 * 1024


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
        size = 0
        declared = int(Headers(scope=scope).get("content-length", "0"))

        async def receive_counted() -> Message:
            nonlocal size
            if declared <= most:
                message = await receive()
                size += len(message.get("body", b""))
            if max(size, declared) > most:
                # FastAPI lets none but its own kind through while it reads a body.
                raise HTTPException(
                    413,
                    f"A request may have {self._most_mebibytes} MiB at most.",
                    {"Connection": "close"},  # so that the rest is not even received
                )
            return message

        await self._app(scope, receive_counted, send)
