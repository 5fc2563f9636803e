"""Who sees which records about a State (¶23), alike in lists, details and counts."""

from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from shared.auth import Caller, Role
from shared.errors import NotFound


class AboutState(Protocol):
    """A record about one State, which the State may ask to keep confidential."""

    id: Mapped[UUID]
    version: Mapped[int]
    member_state: Mapped[str]
    confidential: Mapped[bool]


A = TypeVar("A", bound=AboutState)
S = TypeVar("S", bound=Select[Any])


def visible_to(
    caller: Caller,
    statement: S,
    member_state: InstrumentedAttribute[str],
    confidential: InstrumentedAttribute[bool],
) -> S:
    """Narrow `statement` to what the caller may see.

    CTED and the Committee see everything, a State's focal points what concerns their State, and
    other roles what no State asked to keep confidential (¶23).
    """
    if caller.is_cted_or_committee:
        return statement
    own = member_state == caller.member_state
    if Role.MEMBER_STATE in caller.roles:
        return statement.where(own)
    return statement.where(confidential.is_(False))


async def read_visible(session: AsyncSession, caller: Caller, kind: type[A], key: UUID) -> A:
    """The record, if the caller may see it.

    Raises:
        NotFound: it does not exist for this caller; the answer does not tell which.
    """
    statement = visible_to(
        caller,
        select(kind).where(kind.id == key),
        kind.member_state,  # type: ignore[arg-type] # mapped attributes of the class
        kind.confidential,  # type: ignore[arg-type]
    )
    record: A | None = await session.scalar(statement)
    if record is None:
        raise NotFound.record(kind.__name__.lower(), key)
    return record
