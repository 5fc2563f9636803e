"""Keeps the register of officers and experts, and their conflicts of interest."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, not_, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.visits.missions.models import Mission, MissionStatus
from services.visits.officers.models import DeclaredConflict, Officer
from services.visits.officers.rules import may_declare
from services.visits.officers.schemas import (
    ConflictCreate,
    ConflictQuery,
    OfficerCreate,
    OfficerQuery,
    OfficerUpdate,
)
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate
from shared.errors import Conflict, Forbidden, NotFound


async def enter(work: UnitOfWork, wanted: OfficerCreate) -> Officer:
    """Enter an officer or expert in the register."""
    await _require_own(work, wanted.subject)
    officer = Officer(**wanted.model_dump(mode="json"))
    await work.save(officer)
    return officer


async def revise(
    work: UnitOfWork, officer_id: UUID, version: int | None, wanted: OfficerUpdate
) -> Officer:
    """Change an entry of the register."""
    officer = await work.get(Officer, officer_id, version=version, locked=True)
    if wanted.subject != officer.subject:
        await _require_own(work, wanted.subject)
    for name, value in wanted.model_dump(mode="json", exclude_unset=True).items():
        if value is not None or name == "subject":
            setattr(officer, name, value)
    await work.save(officer)
    return officer


async def remove(work: UnitOfWork, officer_id: UUID, version: int | None) -> None:
    """Remove who never was on a team; who was stays on record, and is made inactive instead."""
    officer = await work.get(Officer, officer_id, version=version, locked=True)
    visit = await work.session.scalar(
        select(Mission.id).where(Mission.team.contains([{"officer_id": str(officer.id)}])).limit(1)
    )
    if visit is not None:
        raise Conflict(
            f"{officer.name} is on the team of /v1/missions/{visit}: change active to false."
        )
    await work.session.delete(officer)


async def read(session: AsyncSession, officer_id: UUID) -> Officer:
    """One officer."""
    officer = await session.get(Officer, officer_id)
    if officer is None:
        raise NotFound.record("Officer", officer_id)
    return officer


async def list_officers(session: AsyncSession, query: OfficerQuery) -> RecordPage[Officer]:
    """The entries that match the query."""
    statement = select(Officer)
    if query.organisation:
        statement = statement.where(Officer.organisation == query.organisation)
    if query.active is not None:
        statement = statement.where(Officer.active.is_(query.active))
    if query.expertise:
        statement = statement.where(Officer.expertise.contains([query.expertise]))
    if query.language:
        spoken = "$[*] ? (@ == $tag || @ starts with $more)"
        tags = {"tag": query.language, "more": f"{query.language}-"}
        statement = statement.where(_has(Officer.languages, spoken, tags))
    if query.may_assess:
        conflicts = _standing_conflicts().where(
            DeclaredConflict.officer_id == Officer.id,
            DeclaredConflict.member_state == query.may_assess,
        )
        own = Officer.nationalities.contains([query.may_assess])
        statement = statement.where(not_(own), not_(conflicts.exists()))
    if query.available_from and query.available_until:
        days = {"first": str(query.available_from), "last": str(query.available_until)}
        away = "$[*] ? (@.starts_on <= $last && @.ends_on >= $first)"
        named = func.jsonb_build_object("officer_id", cast(Officer.id, Text))
        travelling = exists().where(
            Mission.status == MissionStatus.SCHEDULED,
            Mission.starts_on <= query.available_until,
            Mission.ends_on >= query.available_from,
            Mission.team.contains(func.jsonb_build_array(named)),
        )
        statement = statement.where(
            Officer.active,
            not_(_has(Officer.off_duty, away, days)),
            not_(travelling),
        )
    sortable = {"name": Officer.name, "created_at": Officer.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Officer.id)


async def known(
    session: AsyncSession, ids: Iterable[UUID], *, locked: bool = False
) -> Mapping[UUID, Officer]:
    """The officers with these ids; locked, so that none is removed or changed meanwhile."""
    statement = select(Officer).where(Officer.id.in_(list(ids))).order_by(Officer.id)
    if locked:
        statement = statement.with_for_update(read=True)
    return {officer.id: officer for officer in await session.scalars(statement)}


async def states_in_conflict(
    session: AsyncSession, ids: Iterable[UUID]
) -> Mapping[UUID, frozenset[str]]:
    """The States that each of these officers has a conflict of interest with, as declared."""
    found = await session.scalars(
        _standing_conflicts().where(DeclaredConflict.officer_id.in_(list(ids)))
    )
    states: dict[UUID, frozenset[str]] = {}
    for conflict in found:
        others = states.get(conflict.officer_id, frozenset())
        states[conflict.officer_id] = others | {conflict.member_state}
    return states


async def declare(
    work: UnitOfWork, caller: Caller, officer_id: UUID, wanted: ConflictCreate
) -> DeclaredConflict:
    """Keep that an officer has a conflict of interest with a State (¶4)."""
    officer = await work.get(Officer, officer_id, locked=True)
    if not may_declare(caller.subject, officer.subject, caller.roles):
        raise Forbidden(f"{officer.name} declares this, or a lead does.")
    standing = await work.session.scalar(
        _standing_conflicts().where(
            DeclaredConflict.officer_id == officer_id,
            DeclaredConflict.member_state == wanted.member_state,
        )
    )
    if standing is not None:
        raise Conflict(f"This was declared on {standing.declared_on}, and it stands.")
    conflict = DeclaredConflict(
        **wanted.model_dump(),
        officer_id=officer_id,
        declared_on=work.clock.today(),
        declared_by=caller.subject,
        ended_on=None,
        ended_by=None,
    )
    await work.save(conflict)
    return conflict


async def end_conflict(
    work: UnitOfWork, caller: Caller, officer_id: UUID, conflict_id: UUID, version: int | None
) -> DeclaredConflict:
    """Keep that a conflict of interest is over; what was declared stays on record."""
    conflict = await work.get(DeclaredConflict, conflict_id, version=version, locked=True)
    if conflict.officer_id != officer_id:
        raise NotFound.record("DeclaredConflict", conflict_id)
    if conflict.ended_on is not None:
        raise Conflict(f"It ended on {conflict.ended_on}.")
    conflict.ended_on = work.clock.today()
    conflict.ended_by = caller.subject
    await work.save(conflict)
    return conflict


async def read_conflict(
    session: AsyncSession, officer_id: UUID, conflict_id: UUID
) -> DeclaredConflict:
    """One conflict of interest of the officer."""
    conflict = await session.get(DeclaredConflict, conflict_id)
    if conflict is None or conflict.officer_id != officer_id:
        raise NotFound.record("DeclaredConflict", conflict_id)
    return conflict


async def list_conflicts(
    session: AsyncSession, officer_id: UUID, query: ConflictQuery
) -> RecordPage[DeclaredConflict]:
    """The conflicts of interest that an officer declared, with those that are over."""
    table = DeclaredConflict
    statement = select(table).where(table.officer_id == (await read(session, officer_id)).id)
    statement = matching(statement, table, query, "member_state")
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


def _has(
    column: InstrumentedAttribute[Any], path: str, given: dict[str, str]
) -> ColumnElement[bool]:
    """Whether the column has what the SQL/JSON path finds, with these variables."""
    found = func.jsonb_path_exists(column, cast(path, JSONPATH), cast(given, JSONB))
    return found.is_(True)


def _standing_conflicts() -> Select[DeclaredConflict]:
    return select(DeclaredConflict).where(DeclaredConflict.ended_on.is_(None))


async def _require_own(work: UnitOfWork, subject: str | None) -> None:
    if subject is None:
        return
    other = await work.session.scalar(select(Officer.id).where(Officer.subject == subject))
    if other is not None:
        raise Conflict(f"This subject is that of /v1/officers/{other}.")
