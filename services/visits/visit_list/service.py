"""Drafts the annual list, takes it through the Committee and keeps every later change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import VisitListAdopted, VisitListChanged
from services.visits.ranking.schemas import RankRead
from services.visits.ranking.service import rank_all
from services.visits.visit_list.models import VisitList, VisitListChange, VisitListStatus
from services.visits.visit_list.rules import FREE_STEPS, doubled, faults_of_change
from services.visits.visit_list.schemas import (
    ChangeCreate,
    VisitListCreate,
    VisitListQuery,
)
from shared.auth import Caller
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate
from shared.errors import Conflict, FieldError, Invalid, NotFound, require_step


async def draft(work: UnitOfWork, wanted: VisitListCreate) -> VisitList:
    """Draft the year's list from the ranking, or from the named States."""
    this_year = work.clock.today().year
    if wanted.year < this_year:
        raise Invalid.of_field("body.year", f"Give {this_year} or a later year.")
    if (wanted.size is None) == (wanted.member_states is None):
        message = "Send one of size and member_states."
        raise Invalid(
            message,
            errors=[
                FieldError(field=f"body.{field}", message=message)
                for field in ("size", "member_states")
            ],
        )
    if await work.session.scalar(select(VisitList.id).where(VisitList.year == wanted.year)):
        raise Conflict(f"There is a list for {wanted.year} already; see /v1/visit-lists.")
    if wanted.member_states is None:
        entries = (await _ranked(work))[: wanted.size]
    else:
        entries = await _entries_of(work, wanted.member_states)
    visit_list = VisitList(
        year=wanted.year, status=VisitListStatus.DRAFT, entries=entries, adopted_on=None
    )
    await work.save(visit_list)
    return visit_list


async def revise(
    work: UnitOfWork, list_id: UUID, version: int | None, member_states: Sequence[str]
) -> VisitList:
    """Put other States on a draft, with the ranks that they have today."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.SUBMITTED, FREE_STEPS)
    visit_list.entries = await _entries_of(work, member_states)
    await work.save(visit_list)
    return visit_list


async def submit(work: UnitOfWork, list_id: UUID, version: int | None) -> VisitList:
    """Put the draft before the Committee; from then on CTED does not change it."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.SUBMITTED, FREE_STEPS)
    visit_list.status = VisitListStatus.SUBMITTED
    await work.save(visit_list)
    return visit_list


async def adopt(work: UnitOfWork, list_id: UUID, version: int | None) -> VisitList:
    """Adopt the list; consent may be requested from then on."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.ADOPTED, FREE_STEPS)
    visit_list.status = VisitListStatus.ADOPTED
    visit_list.adopted_on = work.clock.today()
    await work.save(visit_list)
    work.publish(
        VisitListAdopted(
            visit_list_id=visit_list.id,
            year=visit_list.year,
            member_states=visit_list.member_states,
            adopted_on=visit_list.adopted_on,
        )
    )
    return visit_list


async def change(
    work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None, wanted: ChangeCreate
) -> VisitListChange:
    """Change an adopted list by a decision that is kept."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    if visit_list.status != VisitListStatus.ADOPTED:
        raise Conflict(
            f"The list is {visit_list.status}; change a draft with PATCH, and an adopted list here."
        )
    faults = faults_of_change(visit_list.member_states, wanted.added, wanted.removed)
    if faults:
        raise Invalid(
            "The change does not fit the list.",
            errors=[
                FieldError(field=f"body.{field}", message=message) for field, message in faults
            ],
        )
    kept = [entry for entry in visit_list.entries if entry["member_state"] not in wanted.removed]
    visit_list.entries = kept + await _entries_of(work, wanted.added)
    decided = VisitListChange(
        visit_list_id=visit_list.id,
        added=wanted.added,
        removed=wanted.removed,
        reason=wanted.reason,
        decided_on=work.clock.today(),
        decided_by=caller.subject,
    )
    await work.save(visit_list, decided)
    work.publish(
        VisitListChanged(
            visit_list_id=visit_list.id,
            year=visit_list.year,
            added=decided.added,
            removed=decided.removed,
            reason=decided.reason,
            changed_on=decided.decided_on,
        )
    )
    return decided


async def read(session: AsyncSession, list_id: UUID) -> VisitList:
    """One list."""
    visit_list = await session.get(VisitList, list_id)
    if visit_list is None:
        raise NotFound.record("VisitList", list_id)
    return visit_list


async def list_lists(session: AsyncSession, query: VisitListQuery) -> RecordPage[VisitList]:
    """The lists that match the query."""
    statement = select(VisitList)
    if query.year is not None:
        statement = statement.where(VisitList.year == query.year)
    if query.status:
        statement = statement.where(VisitList.status == query.status)
    return await paginate(
        session, statement, query, query.sort, {"year": VisitList.year}, VisitList.id
    )


async def list_changes(
    session: AsyncSession, list_id: UUID, query: HistoryQuery
) -> RecordPage[VisitListChange]:
    """The decisions that changed the list."""
    await read(session, list_id)
    table = VisitListChange
    statement = select(table).where(table.visit_list_id == list_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def read_change(session: AsyncSession, list_id: UUID, change_id: UUID) -> VisitListChange:
    """One decision that changed the list."""
    decided = await session.get(VisitListChange, change_id)
    if decided is None or decided.visit_list_id != list_id:
        raise NotFound.record("VisitListChange", change_id)
    return decided


async def _entries_of(work: UnitOfWork, member_states: Sequence[str]) -> list[dict[str, Any]]:
    """The named States with today's ranks, highest first."""
    if places := doubled(member_states):
        raise Invalid(
            "A State is on the list once.",
            errors=[
                FieldError(field=f"body.member_states.{n}", message="Name each State once.")
                for n in places
            ],
        )
    return [entry for entry in await _ranked(work) if entry["member_state"] in member_states]


async def _ranked(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every State with today's rank and its grounds, as an entry keeps them."""
    ranks = await rank_all(work.session, work.clock.today())
    return [RankRead.model_validate(rank).model_dump() for rank in ranks]
