"""Reads the annual list back: as it is, as it was on any day, and how a State stands to it (¶6)."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.visits.visit_list.models import (
    ListAct,
    VisitList,
    VisitListState,
    VisitListStatus,
)
from services.visits.visit_list.rules import difference
from services.visits.visit_list.schemas import (
    DifferenceQuery,
    DifferenceRead,
    ListingQuery,
    ListingRead,
    ListingStep,
    ListStateQuery,
    ListStateRead,
    RerankedRead,
    VisitListQuery,
)
from shared.auth import Caller
from shared.database import HistoryQuery, Page, RecordPage, matching, paginate
from shared.errors import FieldError, Invalid, NotFound


async def list_lists(session: AsyncSession, query: VisitListQuery) -> RecordPage[VisitList]:
    """The lists that match the query."""
    statement = matching(select(VisitList), VisitList, query, "year", "status")
    return await paginate(
        session, statement, query, query.sort, {"year": VisitList.year}, VisitList.id
    )


async def read(session: AsyncSession, list_id: UUID) -> VisitList:
    """One list as it is."""
    visit_list = await session.get(VisitList, list_id)
    if visit_list is None:
        raise NotFound.record("VisitList", list_id)
    return visit_list


async def read_on(session: AsyncSession, list_id: UUID, on: date, today: date) -> VisitListState:
    """The list as it was at the end of a day."""
    await read(session, list_id)
    if on > today:
        raise Invalid.of_field("query.on", f"Give today, {today}, or an earlier date.")
    return await _state_on(session, list_id, on)


async def read_state(session: AsyncSession, list_id: UUID, list_version: int) -> VisitListState:
    """The list as it was at a version."""
    table = VisitListState
    state: VisitListState | None = await session.scalar(
        _states_of(list_id).where(table.list_version == list_version)
    )
    if state is None:
        raise NotFound.record("VisitListState", list_version)
    return state


async def list_states(
    session: AsyncSession, list_id: UUID, query: ListStateQuery
) -> RecordPage[VisitListState]:
    """Every state that the list was in."""
    return await _page_of_states(session, list_id, query, query.act)


async def list_changes(
    session: AsyncSession, list_id: UUID, query: HistoryQuery
) -> RecordPage[VisitListState]:
    """The decisions that changed the list since its adoption."""
    return await _page_of_states(session, list_id, query, ListAct.CHANGED)


async def read_change(session: AsyncSession, list_id: UUID, change_id: UUID) -> VisitListState:
    """One decision that changed the list."""
    decided: VisitListState | None = await session.scalar(
        _states_of(list_id).where(
            VisitListState.id == change_id, VisitListState.act == ListAct.CHANGED
        )
    )
    if decided is None:
        raise NotFound.record("VisitListChange", change_id)
    return decided


async def compare(session: AsyncSession, list_id: UUID, query: DifferenceQuery) -> DifferenceRead:
    """How the list differs between two of its states, and every act in between."""
    now = (await read(session, list_id)).version
    errors = []
    if (query.from_on is None) == (query.from_version is None):
        message = "Send one of from_on and from_version."
        errors += [
            FieldError(field=f"query.{field}", message=message)
            for field in ("from_on", "from_version")
        ]
    if query.to_on is not None and query.to_version is not None:
        message = "Send one of to_on and to_version, or neither for the present state."
        errors += [
            FieldError(field=f"query.{field}", message=message) for field in ("to_on", "to_version")
        ]
    if errors:
        raise Invalid("Two states are compared, each by a day or a version.", errors=errors)
    to_version = query.to_version or (None if query.to_on else now)
    before = await _state(session, list_id, query.from_on, query.from_version)
    after = await _state(session, list_id, query.to_on, to_version)
    if after.list_version < before.list_version:
        field = "from_version" if query.from_on is None else "from_on"
        raise Invalid.of_field(f"query.{field}", "Give the earlier state first.")
    acts = await session.scalars(
        _states_of(list_id)
        .where(
            VisitListState.list_version > before.list_version,
            VisitListState.list_version <= after.list_version,
        )
        .order_by(VisitListState.list_version)
    )
    found = difference(_positions(before), _positions(after))
    return DifferenceRead(
        from_version=before.list_version,
        to_version=after.list_version,
        status_before=before.status,
        status_after=after.status,
        added=list(found.added),
        removed=list(found.removed),
        reranked=[RerankedRead.model_validate(moved) for moved in found.reranked],
        acts=[ListStateRead.model_validate(act) for act in acts],
    )


async def list_listings(
    session: AsyncSession, caller: Caller, query: ListingQuery
) -> Page[ListingRead]:
    """How one State stands to each adopted list; a State is told of itself alone."""
    member_state = query.member_state or caller.member_state
    if member_state is None:
        raise Invalid.of_field("query.member_state", "Name the State whose standing you want.")
    caller.require_state(member_state)
    statement = select(VisitList).where(VisitList.status == VisitListStatus.ADOPTED)
    if query.year is not None:
        statement = statement.where(VisitList.year == query.year)
    if query.listed is not None:
        listed = VisitList.entries.contains([{"member_state": member_state}])
        statement = statement.where(listed if query.listed else ~listed)
    page = await paginate(
        session, statement, query, query.sort, {"year": VisitList.year}, VisitList.id
    )
    steps = await _steps_of(session, member_state, [found.id for found in page.records])

    def standing(visit_list: VisitList) -> ListingRead:
        taken = steps[visit_list.id]
        return ListingRead(
            member_state=member_state,
            year=visit_list.year,
            visit_list_id=visit_list.id,
            listed=member_state in visit_list.member_states,
            since=taken[-1].decided_on if taken else None,
            decisions=taken,
        )

    return page.map(standing)


async def _steps_of(
    session: AsyncSession, member_state: str, list_ids: list[UUID]
) -> Mapping[UUID, list[ListingStep]]:
    """The decisions that put the State on each adopted list or took it off, in their order."""
    table = VisitListState
    adopted = (table.act == ListAct.ADOPTED) & table.entries.contains(
        [{"member_state": member_state}]
    )
    changed = (table.act == ListAct.CHANGED) & or_(
        table.added.contains([member_state]), table.removed.contains([member_state])
    )
    states = await session.scalars(
        select(table)
        .options(defer(table.entries))
        .where(table.visit_list_id.in_(list_ids), adopted | changed)
        .order_by(table.list_version)
    )
    steps = defaultdict[UUID, list[ListingStep]](list)
    for state in states:
        steps[state.visit_list_id].append(
            ListingStep(
                decided_on=state.acted_on,
                listed=member_state not in state.removed,
                decision_id=state.id,
                symbol=state.symbol,
            )
        )
    return steps


async def _page_of_states(
    session: AsyncSession, list_id: UUID, query: HistoryQuery, act: ListAct | None
) -> RecordPage[VisitListState]:
    await read(session, list_id)
    statement = _states_of(list_id)
    if act is not None:
        statement = statement.where(VisitListState.act == act)
    sortable = {"created_at": VisitListState.created_at}
    return await paginate(session, statement, query, query.sort, sortable, VisitListState.id)


async def _state(
    session: AsyncSession, list_id: UUID, on: date | None, version: int | None
) -> VisitListState:
    if on is not None:
        return await _state_on(session, list_id, on)
    return await read_state(session, list_id, version or 0)


async def _state_on(session: AsyncSession, list_id: UUID, on: date) -> VisitListState:
    state: VisitListState | None = await session.scalar(
        _states_of(list_id)
        .where(VisitListState.acted_on <= on)
        .order_by(VisitListState.list_version.desc())
        .limit(1)
    )
    if state is None:
        raise NotFound(f"The list was not drafted yet on {on}.")
    return state


def _states_of(list_id: UUID) -> Select[VisitListState]:
    return select(VisitListState).where(VisitListState.visit_list_id == list_id)


def _positions(state: VisitListState) -> dict[str, int]:
    entries: list[dict[str, Any]] = state.entries
    return {entry["member_state"]: entry["position"] for entry in entries}
