"""`Idempotency-Key`: the same key and body gives the first answer again."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.responses import Response, StreamingResponse

from shared.database.base import Base
from shared.errors import IdempotencyMismatch, Invalid

_MAX_KEY_LENGTH = 200
_MADE_ANEW = ("content-length",)
"""Headers that the replayed answer is given again rather than read from the first."""


class IdempotentRequest(Base):
    """A request that was carried out, and the answer it got."""

    __tablename__ = "idempotent_requests"
    __table_args__ = (Index("ix_idempotent_requests_created_at", "created_at"),)

    scope: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_digest: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[list[str] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Replay(Exception):  # noqa: N818 - not an error: the answer is known already
    """Carries the first answer out of the dependency that found it."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


async def claim(session: AsyncSession, scope: str, key: str, digest: str) -> None:
    """Take the key for this transaction, waiting for a concurrent request with the same key.

    `digest` tells what was asked.

    Raises:
        Replay: the request was carried out before; its answer is attached.
        IdempotencyMismatch: the key came with another body.
        Invalid: the key is empty or too long.
    """
    if not 0 < len(key) <= _MAX_KEY_LENGTH:
        raise Invalid.of_field(
            "header.Idempotency-Key", f"Send 1 to {_MAX_KEY_LENGTH} characters, a UUID is best."
        )
    taken = await session.execute(
        insert(IdempotentRequest)
        .values(scope=scope, key=key, body_digest=digest)
        .on_conflict_do_nothing()
        .returning(IdempotentRequest.key)
    )
    if taken.first() is not None:
        return
    first = await session.scalar(
        select(IdempotentRequest).where(
            IdempotentRequest.scope == scope, IdempotentRequest.key == key
        )
    )
    if first is None or first.body_digest != digest:
        raise IdempotencyMismatch.of_field(
            "header.Idempotency-Key",
            "This key was used with another body; send a new key for a new request.",
        )
    headers = dict(entry.split(": ", 1) for entry in first.headers or [])
    headers["idempotency-replayed"] = "true"
    raise Replay(Response(first.body, status_code=first.status or 200, headers=headers))


async def remember(session: AsyncSession, scope: str, key: str, response: Response) -> Response:
    """Keep the answer in the same transaction as what it answers for; the answer to send.

    A streamed answer is read to its end first: it could not be given again otherwise.
    """
    if isinstance(response, StreamingResponse):
        parts = [
            part.encode(response.charset) if isinstance(part, str) else bytes(part)
            async for part in response.body_iterator
        ]
        whole = Response(b"".join(parts), response.status_code, background=response.background)
        whole.raw_headers = [
            *response.raw_headers,
            (b"content-length", str(len(whole.body)).encode()),
        ]
        response = whole
    kept = [
        f"{name}: {value}" for name, value in response.headers.items() if name not in _MADE_ANEW
    ]
    await session.execute(
        update(IdempotentRequest)
        .where(IdempotentRequest.scope == scope, IdempotentRequest.key == key)
        .values(status=response.status_code, headers=kept, body=bytes(response.body))
    )
    return response
