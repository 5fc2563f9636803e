"""Cursor pagination, sort and filters, alike on every list."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field
from sqlakeyset import InvalidPage, unserialize_bookmark
from sqlakeyset.asyncio import select_page
from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from shared.database.base import Base
from shared.database.failures import is_unstorable
from shared.errors import Invalid, TooLarge

T = TypeVar("T")
U = TypeVar("U")
S = TypeVar("S", bound=Select[*tuple[Any, ...]])

MOST_RECORDS = 100_000
"""Of one list, for who reads all of its pages in one request."""


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class RecordPage(Generic[T]):
    """One page of records, before they take their public form."""

    records: list[T]
    next_cursor: str | None

    def map(self, read: Callable[[T], U]) -> Page[U]:
        """The page with each record in its public form."""
        return Page(items=[read(item) for item in self.records], next_cursor=self.next_cursor)


class ListQuery(BaseModel):
    """What every list takes; an unknown parameter is an error, never silently ignored."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="Items a page")
    cursor: str | None = Field(None, description="`next_cursor` of the page before")


class HistoryQuery(ListQuery):
    """Sort of what only grows, such as steps, changes and reviews: as it came about."""

    sort: Literal["created_at", "-created_at"] = "created_at"


def matching(statement: S, kind: type[Base], query: BaseModel, *names: str) -> S:
    """Narrow `statement` to the records whose columns of these names are as the query asks.

    What the query leaves out narrows nothing.
    """
    for name in names:
        if (value := getattr(query, name)) is not None:
            statement = statement.where(getattr(kind, name) == value)
    return statement


async def paginate(
    session: AsyncSession,
    statement: Select[T],
    query: ListQuery,
    sort: str,
    sortable: Mapping[str, SQLColumnExpression[Any]],
    tie_breaker: InstrumentedAttribute[Any],
    *,
    bound_to: str = "",
) -> RecordPage[T]:
    """The page of `statement` after the query's cursor, by `sort` (`-` first: descending).

    What is sorted by must not be null. `bound_to` is what the order depends on besides, such as
    the words of a search: a cursor holds for them alone.

    Raises:
        Invalid: the cursor is not one that this list gave out.
        TooLarge: the session is one that reads whole lists, and this one is too long.
    """
    if "most_records" in session.info and query.cursor is None:
        await _refuse_more_than(session.info["most_records"], session, statement)
    descending = sort.startswith("-")
    column = sortable[sort.removeprefix("-")]
    columns = [column] if column is tie_breaker else [column, tie_breaker]
    ordered = statement.order_by(*(c.desc() if descending else c.asc() for c in columns))
    # A cursor is bound to its list and sort: in another it would silently skip records.
    order = hashlib.sha256(f"{column} {tie_breaker} {sort} {bound_to}".encode()).hexdigest()[:8]
    try:
        marker = unserialize_bookmark(_bookmark(query.cursor, order)) if query.cursor else None
        # Its types are SQLAlchemy 2.0's, which wrote a row as a tuple.
        page = await select_page(session, cast("Any", ordered), per_page=query.limit, page=marker)
    except (InvalidPage, ValueError, DBAPIError) as error:
        if isinstance(error, DBAPIError) and not is_unstorable(error):
            raise
        raise Invalid.of_field(
            "query.cursor", "Not a cursor of this list; start again without one."
        ) from error
    has_next = page.paging.has_next
    return RecordPage(
        records=[row[0] for row in page],
        next_cursor=f"{order}{page.paging.bookmark_next}" if has_next else None,
    )


async def _refuse_more_than(most: int, session: AsyncSession, statement: Select[Any]) -> None:
    found = statement.order_by(None).limit(most + 1).subquery()
    if (await session.scalar(select(func.count()).select_from(found)) or 0) > most:
        raise TooLarge(f"There are more than {most:,} records; narrow the filters.")


def _bookmark(cursor: str, order: str) -> str:
    if not cursor.startswith(f"{order}>"):
        raise InvalidPage(cursor)
    return cursor.removeprefix(order)
