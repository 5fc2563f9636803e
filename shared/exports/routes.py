"""The route that exports a list, made from the list's own."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import IO, Annotated, Any, ClassVar, TypeVar, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, create_model
from starlette.types import Message, Send

from shared.database import MOST_RECORDS, ListQuery, Page, ReadSession, SnapshotSession
from shared.errors import TooLarge, problem_responses
from shared.exports.columns import cell_of
from shared.exports.texts import CsvFile, JsonFile, TextFile
from shared.exports.workbook import XlsxFile

_PAGE = 200
_CHUNK_BYTES = 1 << 16
_READER_SECONDS = 60.0
_NOBODY_READS = 499  # for the log alone: it has no other reader
_TITLE_CHARACTERS = 31  # of a sheet
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

E = TypeVar("E", bound=Callable[..., Awaitable[Page[Any]]])
Pages = AsyncIterator[list[BaseModel]]


class _File(StreamingResponse):
    """A file sent as it is made; whoever stops reading it does not keep its snapshot open."""

    async def stream_response(self, send: Send) -> None:
        """Send part by part; breaks off, visibly, when a part is not taken in time."""

        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(_READER_SECONDS):
                await send(message)

        await super().stream_response(send_in_time)


class ExportFormat(StrEnum):
    """What kind of file."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


_MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: _XLSX,
    ExportFormat.JSON: "application/json",
}


def exported(router: APIRouter) -> Callable[[E], E]:
    """Add the export of a list to `router`; stands above the list's `@router.get`.

    The export calls the list's own function, page by page in one snapshot: whoever may read the
    list may export it, and finds in the file what the list shows.
    """

    def add(list_records: E) -> E:
        listed = _route_of(router, list_records)
        export = _Export(listed)
        router.add_api_route(
            f"{listed.path.removeprefix(router.prefix)}/export",
            export.endpoint(),
            name=export.name,
            description=f"{inspect.getdoc(list_records)}\n\nAll that the filters leave at one "
            f"moment, as a file; if it is more than {MOST_RECORDS:,}, narrow the filters.",
            response_model=None,
            response_class=_File,
            responses={
                200: _answer_with(export.kind),
                **problem_responses(TooLarge),
                **listed.responses,
            },
        )
        return list_records

    return add


class _Export:
    """A list's own function, called until its last page, and what it gives written to a file."""

    def __init__(self, listed: APIRoute) -> None:
        self._list = listed.endpoint
        self._path = listed.path_format
        self._parameters = inspect.signature(self._list, eval_str=True).parameters
        kinds = {name: known.annotation for name, known in self._parameters.items()}
        try:
            (self._session_name,) = (name for name, kind in kinds.items() if kind == ReadSession)
            (self._query_name,) = (name for name, kind in kinds.items() if _takes_query(kind))
        except ValueError:
            raise TypeError(f"{listed.name} must take a ReadSession and a ListQuery.") from None
        self._query: type[ListQuery] = get_args(kinds[self._query_name])[0]
        page: type[BaseModel] = listed.response_model
        self.kind: type[BaseModel] = get_args(page.model_fields["items"].annotation)[0]
        self._records = listed.name.removeprefix("list_")
        self.name = f"export_{self._records}"

    def endpoint(self) -> Callable[..., Awaitable[Response]]:
        """The function behind the route: the list's parameters, but none that ask for one page."""

        async def export(*, sent: Request, **given: object) -> Response:
            return await self._answer(sent, given)

        others = {
            self._session_name: SnapshotSession,
            self._query_name: Annotated[_without_pages(self._query), Query()],
        }
        own = inspect.signature(export).parameters["sent"]
        parameters = [
            parameter.replace(kind=own.kind, annotation=others.get(name, parameter.annotation))
            for name, parameter in self._parameters.items()
        ]
        parameters.append(own.replace(annotation=Annotated[Request, Depends(_itself)]))
        export.__name__, export.__module__ = self.name, self._list.__module__
        export.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return export

    async def _answer(self, sent: Request, given: dict[str, Any]) -> Response:
        made_at: datetime = sent.app.state.clock.now()
        asked = dict(given.pop(self._query_name))
        wanted = ExportFormat(asked.pop("format"))
        pages = self._pages(given, asked)
        first = await anext(pages)  # what is to be refused is refused before anything is sent
        name = self._records.replace("_", "-")
        headers = {
            "content-disposition": f'attachment; filename="{name}-{made_at:%Y-%m-%d}.{wanted}"',
            "x-content-type-options": "nosniff",
        }
        send = partial(_File, headers=headers, media_type=_MEDIA_TYPES[wanted])
        if wanted is not ExportFormat.XLSX:
            file = CsvFile(self.kind) if wanted is ExportFormat.CSV else JsonFile()
            return send(_parts(file, first, pages))
        filters = {name: cell_of(value) for name, value in asked.items() if value is not None}
        about = {
            "list": self._path.format_map(given),
            "made at": made_at,
            "times": "UTC",
            **filters,
        }
        with XlsxFile(self.kind, name[:_TITLE_CHARACTERS]) as book:
            await asyncio.to_thread(book.add, first)
            async for items in pages:
                if await sent.is_disconnected():
                    return Response(status_code=_NOBODY_READS)
                await asyncio.to_thread(book.add, items)
            whole = await asyncio.to_thread(book.finish, about)
        await given[self._session_name].close()  # all is read, however long it takes to send
        return send(_chunks(whole))

    async def _pages(self, given: dict[str, Any], asked: dict[str, Any]) -> Pages:
        cursor: str | None = None
        while True:
            query = self._query.model_construct(**asked, limit=_PAGE, cursor=cursor)
            page = await self._list(**given, **{self._query_name: query})
            yield page.items
            cursor = page.next_cursor
            if cursor is None:
                return


def _itself(request: Request) -> Request:
    return request


def _route_of(router: APIRouter, endpoint: Callable[..., Any]) -> APIRoute:
    for route in router.routes:
        if isinstance(route, APIRoute) and route.endpoint is endpoint:
            return route
    raise TypeError(f"Put @exported above the @router.get of {endpoint}.")


def _takes_query(annotation: object) -> bool:
    kind = next(iter(get_args(annotation)), None)
    return isinstance(kind, type) and issubclass(kind, ListQuery)


def _without_pages(query: type[ListQuery]) -> type[ListQuery]:
    """The query's filters and sort, with `format` in place of what asks for one page."""
    return create_model(
        f"{query.__name__}Export",
        __base__=query,
        limit=(ClassVar[int], _PAGE),
        cursor=(ClassVar[None], None),
        format=(ExportFormat, Field(description="What kind of file")),
    )


def _answer_with(kind: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of the file."""
    return {
        "description": "The file",
        "model": list[kind],  # type: ignore[valid-type]
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
        "headers": {
            "Content-Disposition": {
                "description": "The name of the file",
                "schema": {"type": "string"},
            }
        },
    }


async def _parts(file: TextFile, first: list[BaseModel], others: Pages) -> AsyncIterator[bytes]:
    yield file.head + await asyncio.to_thread(file.rows, first)
    async for items in others:
        yield await asyncio.to_thread(file.rows, items)
    yield file.tail


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
