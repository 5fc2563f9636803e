"""One record of a statement, at the version that is expected, and locked if it is to be changed."""

from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.base import Record
from shared.errors import NotFound

R = TypeVar("R", bound=Record)


async def read_one(
    session: AsyncSession,
    statement: Select[R],
    kind: type[R],
    key: object,
    *,
    version: int | None = None,
    locked: bool = False,
) -> R:
    """The record of this id, if it is among those of `statement`.

    Raises:
        NotFound: it is not; the answer does not tell whether it exists elsewhere.
        PreconditionFailed: it has another version than expected.
    """
    statement = statement.where(kind.id == key)
    if locked:
        # What it is now, even where this transaction has read it before.
        statement = statement.with_for_update().execution_options(populate_existing=True)
    record: R | None = await session.scalar(statement)
    if record is None:
        raise NotFound.record(kind.__name__, key)
    record.check_version(version)
    return record
