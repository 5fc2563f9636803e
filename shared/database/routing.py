"""One request is one transaction, committed before the answer is sent."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from shared.auth import CurrentCaller
from shared.database.idempotency import Replay, claim, remember
from shared.database.pagination import MOST_RECORDS
from shared.database.unit_of_work import UnitOfWork
from shared.errors import Invalid

_READ_BYTES = 1024 * 1024
SNAPSHOTS_AT_ONCE = 4
"""In one process, so that its other requests keep their connections."""
_ETAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')


class TransactionalRoute(APIRoute):
    """Commits the request's unit of work after the endpoint returned, or rolls it back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler, with the transaction around it."""
        handle = super().get_route_handler()

        async def in_one_transaction(request: Request) -> Response:
            try:
                response = await handle(request)
                work: UnitOfWork | None = getattr(request.state, "work", None)
                if work is not None:
                    claimed: tuple[str, str] | None = getattr(request.state, "claimed", None)
                    if claimed is not None:
                        await work.session.flush()
                        response = await remember(work.session, *claimed, response)
                    await work.commit()
            except Replay as replay:
                return replay.response
            finally:
                opened: UnitOfWork | None = getattr(request.state, "work", None)
                if opened is not None:
                    await opened.session.close()
            return response

        return in_one_transaction


def _unrepeated_session(request: Request) -> UnitOfWork:
    state: Any = request.app.state
    work = UnitOfWork(state.sessions(), state.clock, state.settings.service)
    request.state.work = work
    return work


async def _write_session(
    request: Request,
    caller: CurrentCaller,
    work: Annotated[UnitOfWork, Depends(_unrepeated_session)],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", description="Send the same key again to get the first answer"
        ),
    ] = None,
) -> UnitOfWork:
    if request.method == "POST" and idempotency_key is not None:
        scope = f"{caller.subject} {request.method} {request.url.path}"
        await claim(work.session, scope, idempotency_key, await _digest_of(request))
        request.state.claimed = (scope, idempotency_key)
    return work


async def _digest_of(request: Request) -> str:
    """What was asked; of a form its parts, as its body has another boundary when it comes again."""
    asked = hashlib.sha256(request.url.query.encode() + b"\n")
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        asked.update(await request.body())
        return asked.hexdigest()
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            asked.update(repr((name, value.filename, value.content_type, value.size)).encode())
            while chunk := await value.read(_READ_BYTES):
                asked.update(chunk)
            await value.seek(0)
        else:
            asked.update(repr((name, value)).encode())
    return asked.hexdigest()


async def _read_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        await session.connection(execution_options={"postgresql_readonly": True})
        yield session


async def _snapshot_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        await session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        session.info["most_records"] = MOST_RECORDS
        yield session


def _today(request: Request) -> date:
    today: date = request.app.state.clock.today()
    return today


Today = Annotated[date, Depends(_today)]
WriteSession = Annotated[UnitOfWork, Depends(_write_session)]
UnrepeatedSession = Annotated[UnitOfWork, Depends(_unrepeated_session)]
"""As WriteSession, for an answer that holds a secret: none is kept for an Idempotency-Key."""
ReadSession = Annotated[AsyncSession, Depends(_read_session)]
SnapshotSession = Annotated[
    AsyncSession, Depends(_snapshot_session, max_concurrency=SNAPSHOTS_AT_ONCE)
]
"""Sees one moment until the answer is sent."""


def _version_of(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    version = _ETAG.fullmatch(if_match.strip())
    if version is None:
        raise Invalid.of_field("header.If-Match", 'Send the ETag you were given, such as "3".')
    return int(version[1])


_IfMatch = Header(
    alias="If-Match", description="The ETag of the version you read", examples=['"3"']
)


def _optional_version(if_match: Annotated[str | None, _IfMatch] = None) -> int | None:
    return _version_of(if_match)


def _required_version(if_match: Annotated[str, _IfMatch]) -> int | None:
    return _version_of(if_match)


OptionalVersion = Annotated[int | None, Depends(_optional_version)]
RequiredVersion = Annotated[int | None, Depends(_required_version)]


def set_etag(response: Response, version: int) -> None:
    """Tell the caller which version it was given."""
    response.headers["ETag"] = f'"{version}"'


def created(response: Response, location: str, version: int) -> None:
    """Tell the caller where the new record is, and its version."""
    response.headers["Location"] = location
    set_etag(response, version)
