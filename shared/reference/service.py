"""Brings a database's copy of the reference data to what the bundled catalogue says."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Result, literal_column, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import Base, take_turn
from shared.reference.catalogue import (
    MemberState,
    Resolution,
    Theme,
    member_states,
    resolutions,
    themes,
)
from shared.reference.models import ReferenceMemberState, ReferenceResolution, ReferenceTheme


@dataclass(frozen=True, slots=True)
class Tally:
    """What loading did to one table."""

    inserted: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Load:
    """What loading did to each table."""

    member_states: Tally
    resolutions: Tally
    themes: Tally


async def load_catalogue(session: AsyncSession) -> Load:
    """Write what differs from the catalogue; operators of replicas may do so at the same time."""
    await take_turn(session, "reference")
    return Load(
        member_states=await _load(session, ReferenceMemberState, [*member_states().values()]),
        resolutions=await _load(session, ReferenceResolution, [*resolutions().values()]),
        themes=await _load(session, ReferenceTheme, [*themes().values()]),
    )


async def _load(
    session: AsyncSession, model: type[Base], entries: Sequence[MemberState | Resolution | Theme]
) -> Tally:
    rows: list[dict[str, Any]] = [asdict(entry) for entry in entries]
    table = model.__table__
    new = insert(model).values(rows)
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.columns if column.name not in keys]
    written: Result[bool] = await session.execute(
        new.on_conflict_do_update(
            index_elements=keys,
            set_={name: new.excluded[name] for name in others},
            where=or_(*(table.c[name].is_distinct_from(new.excluded[name]) for name in others)),
            # PostgreSQL's own mark of a row that this statement inserted.
        ).returning(literal_column("xmax = 0"))
    )
    was_inserted = list(written.scalars())
    inserted = sum(was_inserted)
    return Tally(
        inserted=inserted,
        updated=len(was_inserted) - inserted,
        unchanged=len(rows) - len(was_inserted),
    )
