"""Who sees which records about a State (¶23), alike in lists, details and counts."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth import Caller, Role
from shared.database.base import Record
from shared.database.reading import read_one


class StateRecord(Record):
    """A record about one Member State, which the State may ask to keep confidential (¶23)."""

    __abstract__ = True

    member_state: Mapped[str] = mapped_column(index=True)
    confidential: Mapped[bool]


A = TypeVar("A", bound=StateRecord)
S = TypeVar("S", bound=Select[*tuple[Any, ...]])


def visible_to(
    caller: Caller,
    statement: S,
    kind: type[StateRecord],
    *,
    party: ColumnElement[bool] | None = None,
) -> S:
    """Narrow `statement` to what the caller may see.

    CTED and the Committee see everything, a State's focal points what concerns their State, and
    other roles what no State asked to keep confidential (¶23). `party` says what a caller sees
    all the same because it takes part in it, such as a donor in its own match.
    """
    if caller.is_cted_or_committee:
        return statement
    if Role.MEMBER_STATE in caller.roles:
        return statement.where(kind.member_state == caller.member_state)
    open_to_all = kind.confidential.is_(False)
    return statement.where(open_to_all if party is None else or_(open_to_all, party))


async def read_visible(
    session: AsyncSession,
    caller: Caller,
    kind: type[A],
    key: UUID,
    *,
    version: int | None = None,
    locked: bool = False,
) -> A:
    """The record, if the caller may see it; at `version` and `locked` where it is to be changed.

    Raises:
        NotFound: it does not exist for this caller; the answer does not tell which.
        PreconditionFailed: it has another version than expected.
    """
    statement = visible_to(caller, select(kind), kind)
    return await read_one(session, statement, kind, key, version=version, locked=locked)
