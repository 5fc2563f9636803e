"""Keeps what is to be settled for each visit, and by when."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.models import ChecklistItem, ItemStatus, Mission
from services.visits.missions.rules import FREE_STEPS_OF_AN_ITEM
from services.visits.missions.schemas import (
    ChecklistCount,
    ChecklistItemCreate,
    ChecklistItemQuery,
    ChecklistItemStatusChange,
    ChecklistItemUpdate,
)
from services.visits.missions.template import due_on, items_for
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, read_one
from shared.errors import NotFound, require_step


async def begin(work: UnitOfWork, mission: Mission) -> None:
    """Give a new visit the items of the template for its kind and modality."""
    await work.save(
        *(
            _item(
                mission,
                code=item.code,
                title=item.title,
                responsible=item.responsible,
                anchor=item.anchor,
                days=item.days,
            )
            for item in items_for(mission.kind, mission.modality)
        )
    )


async def move(work: UnitOfWork, mission: Mission) -> None:
    """Let the items be due by the visit's new dates."""
    items = await work.session.scalars(_items_of(mission.id).with_for_update())
    for item in items:
        item.due_on = due_on(item.anchor, item.days, mission.starts_on, mission.ends_on)
    await work.session.flush()


async def add(work: UnitOfWork, mission_id: UUID, wanted: ChecklistItemCreate) -> ChecklistItem:
    """Add an item of its own to a visit's checklist."""
    # Locked, so that its dates do not change meanwhile.
    mission = await work.get(Mission, mission_id, locked=True)
    item = _item(mission, code=None, **wanted.model_dump())
    await work.save(item)
    return item


async def revise(
    work: UnitOfWork,
    mission_id: UUID,
    item_id: UUID,
    version: int | None,
    wanted: ChecklistItemUpdate,
) -> ChecklistItem:
    """Change who settles an item, or by when."""
    mission = await work.get(Mission, mission_id, locked=True)
    item = await _locked(work, mission_id, item_id, version)
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(item, name, value)
    item.due_on = due_on(item.anchor, item.days, mission.starts_on, mission.ends_on)
    await work.save(item)
    return item


async def change_status(
    work: UnitOfWork,
    caller: Caller,
    mission_id: UUID,
    item_id: UUID,
    version: int | None,
    wanted: ChecklistItemStatusChange,
) -> ChecklistItem:
    """Keep that an item is done or need not be, by whom and when, or that it is open again."""
    item = await _locked(work, mission_id, item_id, version)
    require_step("item", item.status, wanted.status, FREE_STEPS_OF_AN_ITEM)
    settled = wanted.status is not ItemStatus.OPEN
    item.status = wanted.status
    item.note = wanted.note
    item.settled_on = work.clock.today() if settled else None
    item.settled_by = caller.subject if settled else None
    await work.save(item)
    return item


async def read(session: AsyncSession, mission_id: UUID, item_id: UUID) -> ChecklistItem:
    """One item of a visit's checklist."""
    return await read_one(session, _items_of(mission_id), ChecklistItem, item_id)


async def list_items(
    session: AsyncSession, mission_id: UUID, query: ChecklistItemQuery
) -> RecordPage[ChecklistItem]:
    """The items of a visit's checklist that match the query."""
    if await session.get(Mission, mission_id) is None:
        raise NotFound.record("Mission", mission_id)
    table = ChecklistItem
    statement = _items_of(mission_id)
    if query.status:
        statement = statement.where(table.status == query.status)
    if query.due_until:
        statement = statement.where(table.due_on <= query.due_until)
    return await paginate(session, statement, query, query.sort, {"due_on": table.due_on}, table.id)


async def counts_of(
    session: AsyncSession, missions: Sequence[Mission]
) -> Mapping[UUID, ChecklistCount]:
    """How far the checklist of each visit is settled."""
    table = ChecklistItem
    found = await session.execute(
        select(table.mission_id, table.title, table.status)
        .where(table.mission_id.in_([mission.id for mission in missions]))
        .order_by(table.due_on, table.id)
    )
    counts = {mission.id: ChecklistCount(total=0, settled=0, open=[]) for mission in missions}
    for mission_id, title, status in found:
        count = counts[mission_id]
        count.total += 1
        if status is ItemStatus.OPEN:
            count.open.append(title)
        else:
            count.settled += 1
    return counts


def _item(mission: Mission, **fields: object) -> ChecklistItem:
    item = ChecklistItem(
        **fields,
        mission_id=mission.id,
        status=ItemStatus.OPEN,
        note="",
        settled_on=None,
        settled_by=None,
    )
    item.due_on = due_on(item.anchor, item.days, mission.starts_on, mission.ends_on)
    return item


async def _locked(
    work: UnitOfWork, mission_id: UUID, item_id: UUID, version: int | None
) -> ChecklistItem:
    return await read_one(
        work.session, _items_of(mission_id), ChecklistItem, item_id, version=version, locked=True
    )


def _items_of(mission_id: UUID) -> Select[ChecklistItem]:
    return select(ChecklistItem).where(ChecklistItem.mission_id == mission_id)
