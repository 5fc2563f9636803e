"""Keeps every version of the ranking policies, and which of them is in force."""

from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import Select, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.visits.policies.models import EntryIntoForce, PolicyVersion
from services.visits.policies.schemas import (
    EntryCreate,
    EntryQuery,
    PolicyCreate,
    PolicyQuery,
    VersionCreate,
    VersionQuery,
)
from services.visits.ranking.factors import FACTORS
from services.visits.ranking.rules import RISK_BASED, Policy, faults_of_weights
from shared.auth import Caller
from shared.clock import Clock
from shared.database import RecordPage, UnitOfWork, new_id, paginate
from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed, require_sound


async def keep_built_in(app: FastAPI) -> None:
    """Put the built-in policy among the others when the service first starts."""
    clock: Clock = app.state.clock
    now = clock.now()
    async with app.state.sessions() as session:
        await session.execute(
            insert(PolicyVersion)
            .values(
                id=new_id(),
                version=1,
                created_at=now,
                updated_at=now,
                name=RISK_BASED.name,
                number=RISK_BASED.version,
                weights=dict(RISK_BASED.weights),
                reason="Built in, and in force until another policy is put in force.",
                saved_by="visits",
                saved_on=now.date(),
            )
            .on_conflict_do_nothing()
        )
        await session.commit()


async def create(work: UnitOfWork, caller: Caller, wanted: PolicyCreate) -> PolicyVersion:
    """Save the first version of a policy."""
    require_sound(faults_of_weights(wanted.weights))
    if await work.session.scalar(select(exists().where(PolicyVersion.name == wanted.name))):
        raise Conflict(f"There is a policy {wanted.name} already; save a version of it instead.")
    return await _save(work, caller, wanted.name, 1, wanted)


async def add_version(
    work: UnitOfWork, caller: Caller, name: str, number: int | None, wanted: VersionCreate
) -> PolicyVersion:
    """Save other weights as the policy's next version; the earlier ones stay as they are."""
    require_sound(faults_of_weights(wanted.weights))
    latest = await read(work.session, name)
    if number is not None and number != latest.number:
        raise PreconditionFailed(
            f'You read version "{number}", it is now "{latest.number}"; read it again.'
        )
    return await _save(work, caller, name, latest.number + 1, wanted)


async def enter_into_force(
    work: UnitOfWork, caller: Caller, name: str, number: int, wanted: EntryCreate
) -> EntryIntoForce:
    """Rank States with this version from now on."""
    await read_version(work.session, name, number)
    present = await in_force(work.session)
    if (present.name, present.version) == (name, number):
        raise Conflict(f"Version {number} of {name} is in force already.")
    entry = EntryIntoForce(
        name=name,
        number=number,
        reason=wanted.reason,
        decided_by=caller.subject,
        decided_on=work.clock.today(),
    )
    await work.save(entry)
    return entry


async def in_force(session: AsyncSession) -> Policy:
    """The policy that States are ranked with."""
    entry = EntryIntoForce
    latest = (
        select(entry.name, entry.number)
        .order_by(entry.created_at.desc(), entry.id.desc())
        .limit(1)
        .subquery()
    )
    saved = await session.scalar(
        select(PolicyVersion).join(
            latest,
            (PolicyVersion.name == latest.c.name) & (PolicyVersion.number == latest.c.number),
        )
    )
    return RISK_BASED if saved is None else _policy(saved)


async def policy_of(session: AsyncSession, name: str | None, number: int | None) -> Policy:
    """The named version; without a version the latest, and without a name the one in force."""
    if name is None:
        if number is not None:
            raise Invalid.of_field("query.version", "Name its policy too.")
        return await in_force(session)
    if number is None:
        return _policy(await read(session, name))
    return _policy(await read_version(session, name, number))


async def read(session: AsyncSession, name: str) -> PolicyVersion:
    """The latest version of a policy."""
    latest = await session.scalar(_latest().where(PolicyVersion.name == name))
    if latest is None:
        raise NotFound.record("RankingPolicy", name)
    return latest


async def read_version(session: AsyncSession, name: str, number: int) -> PolicyVersion:
    """One version of a policy."""
    saved = await session.scalar(
        select(PolicyVersion).where(PolicyVersion.name == name, PolicyVersion.number == number)
    )
    if saved is None:
        raise NotFound(f"The policy {name} has no version {number}.")
    return saved


async def read_entry(session: AsyncSession, entry_id: UUID) -> EntryIntoForce:
    """One decision that put a version in force."""
    entry = await session.get(EntryIntoForce, entry_id)
    if entry is None:
        raise NotFound.record("EntryIntoForce", entry_id)
    return entry


async def list_policies(session: AsyncSession, query: PolicyQuery) -> RecordPage[PolicyVersion]:
    """The latest version of every policy."""
    sortable = {"name": PolicyVersion.name}
    return await paginate(session, _latest(), query, query.sort, sortable, PolicyVersion.id)


async def list_versions(
    session: AsyncSession, name: str, query: VersionQuery
) -> RecordPage[PolicyVersion]:
    """Every version of a policy."""
    await read(session, name)
    statement = select(PolicyVersion).where(PolicyVersion.name == name)
    sortable = {"version": PolicyVersion.number}
    return await paginate(session, statement, query, query.sort, sortable, PolicyVersion.id)


async def list_entries(session: AsyncSession, query: EntryQuery) -> RecordPage[EntryIntoForce]:
    """The decisions that put versions in force."""
    statement = select(EntryIntoForce)
    if query.name:
        statement = statement.where(EntryIntoForce.name == query.name)
    sortable = {"created_at": EntryIntoForce.created_at}
    return await paginate(session, statement, query, query.sort, sortable, EntryIntoForce.id)


def _latest() -> Select[PolicyVersion]:
    later = aliased(PolicyVersion)
    is_superseded = exists().where(
        later.name == PolicyVersion.name, later.number > PolicyVersion.number
    )
    return select(PolicyVersion).where(~is_superseded)


async def _save(
    work: UnitOfWork, caller: Caller, name: str, number: int, wanted: VersionCreate
) -> PolicyVersion:
    weights: dict[str, Any] = {factor: wanted.weights.get(factor, 0.0) for factor in FACTORS}
    saved = PolicyVersion(
        name=name,
        number=number,
        weights=weights,
        reason=wanted.reason,
        saved_by=caller.subject,
        saved_on=work.clock.today(),
    )
    await work.save(saved)
    return saved


def _policy(saved: PolicyVersion) -> Policy:
    weights = {factor: saved.weights.get(factor, 0.0) for factor in FACTORS}
    return Policy(saved.name, saved.number, weights)
