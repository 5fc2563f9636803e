"""Keeps the programme of a visit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consultations import service as consultations
from services.visits.itineraries.models import ItineraryItem, ItineraryItemKind, ItineraryItemStatus
from services.visits.itineraries.rules import (
    FREE_STEPS,
    Fault,
    Flag,
    Planned,
    faults_of_participants,
    faults_of_times,
    flags_of,
    instant_of,
    occurrence_of,
)
from services.visits.itineraries.schemas import (
    ItineraryItemCreate,
    ItineraryItemUpdate,
    ItineraryQuery,
    LocalTime,
)
from services.visits.missions.models import Mission, MissionStatus
from services.visits.officers import service as register
from shared.auth import Caller, Role
from shared.database import RecordPage, UnitOfWork, paginate, read_one, read_visible, visible_to
from shared.errors import Conflict, require_sound, require_step

Shown = tuple[ItineraryItem, Sequence[Flag], Mapping[str, str]]
"""An item, what is to be looked at again of it, and the names of whom it speaks of."""
MOST_ITEMS = 300
"""Of one visit's programme."""


async def add(work: UnitOfWork, mission_id: UUID, wanted: ItineraryItemCreate) -> ItineraryItem:
    """Put an item on the programme of a visit."""
    mission = await _open_mission(work, mission_id)
    if await _count(work.session, mission.id) >= MOST_ITEMS:
        raise Conflict(f"A programme has {MOST_ITEMS} items at most; take others off it.")
    item = ItineraryItem(
        mission_id=mission.id, member_state=mission.member_state, status=ItineraryItemStatus.PLANNED
    )
    await _fill(work.session, item, mission, wanted)
    await work.save(item)
    return item


async def revise(
    work: UnitOfWork, item_id: UUID, version: int | None, wanted: ItineraryItemUpdate
) -> ItineraryItem:
    """Change an item; it keeps its place in the calendars of those who subscribed to it."""
    item = await work.get(ItineraryItem, item_id, version=version, locked=True)
    if item.status != ItineraryItemStatus.PLANNED:
        raise Conflict("The item was taken off the programme; add another.")
    mission = await _open_mission(work, item.mission_id)
    await _fill(work.session, item, mission, _merged(item, wanted))
    await work.save(item)
    return item


async def remove(work: UnitOfWork, item_id: UUID, version: int | None) -> None:
    """Take an item off the programme; calendars are told that it is cancelled."""
    item = await work.get(ItineraryItem, item_id, version=version, locked=True)
    require_step("item", item.status, ItineraryItemStatus.CANCELLED, FREE_STEPS)
    await _open_mission(work, item.mission_id)
    item.status = ItineraryItemStatus.CANCELLED
    await work.save(item)


async def read(session: AsyncSession, caller: Caller, item_id: UUID) -> ItineraryItem:
    """The item, if the caller may see it.

    Raises:
        NotFound: it does not exist for this caller.
    """
    return await read_one(session, _readable_by(caller), ItineraryItem, item_id)


async def list_items(
    session: AsyncSession, caller: Caller, mission_id: UUID, query: ItineraryQuery
) -> RecordPage[Shown]:
    """The programme of a visit, with what is to be looked at again."""
    mission = await read_visible(session, caller, Mission, mission_id)
    statement = _readable_by(caller).where(
        ItineraryItem.mission_id == mission.id, ItineraryItem.status == query.status
    )
    if query.kind:
        statement = statement.where(ItineraryItem.kind == query.kind)
    if query.officer_id:
        person = str(query.officer_id)
        named = ItineraryItem.participants.contains([person])
        everybody = func.jsonb_array_length(ItineraryItem.participants) == 0
        on_team = person in team_of(mission)
        statement = statement.where(or_(named, everybody) if on_team else named)
    table = ItineraryItem
    sortable = {"starts_at": table.starts_at}
    page = await paginate(session, statement, query, query.sort, sortable, table.id)
    return RecordPage(await _shown(session, caller, mission, page.records), page.next_cursor)


async def shown(session: AsyncSession, caller: Caller, item: ItineraryItem) -> Shown:
    """The item, with what is to be looked at again beside the others that the caller may see."""
    mission = await session.get_one(Mission, item.mission_id)
    (found,) = await _shown(session, caller, mission, [item])
    return found


async def names_of(
    session: AsyncSession, missions: Iterable[Mission], items: Iterable[ItineraryItem]
) -> dict[str, str]:
    """The names of all who are on these teams or take part in these items, by their ids."""
    ids = {key for mission in missions for key in team_of(mission)}
    ids |= {key for item in items for key in item.participants}
    known = await register.known(session, map(UUID, ids))
    return {str(officer.id): officer.name for officer in known.values()}


def team_of(mission: Mission) -> list[str]:
    """The ids of the officers on the visit's team."""
    return [member["officer_id"] for member in mission.team]


async def items_of(
    session: AsyncSession, caller: Caller, mission_ids: Sequence[UUID]
) -> Sequence[ItineraryItem]:
    """Every item of these visits that the caller may see, those taken off the programme too."""
    statement = _readable_by(caller).where(ItineraryItem.mission_id.in_(mission_ids))
    ordered = statement.order_by(ItineraryItem.starts_at, ItineraryItem.id)
    return (await session.scalars(ordered)).all()


async def _at_behest(session: AsyncSession, mission: Mission) -> set[UUID]:
    """The consultations that the State asked for, and still does (¶7)."""
    return {asked.id for asked in await consultations.standing(session, mission.id)}


async def _shown(
    session: AsyncSession, caller: Caller, mission: Mission, items: Sequence[ItineraryItem]
) -> list[Shown]:
    programme = await items_of(session, caller, [mission.id])
    names = await names_of(session, [mission], programme)
    flags = flags_of(
        [_as_planned(one) for one in programme if one.status == ItineraryItemStatus.PLANNED],
        team_of(mission),
        mission.starts_on,
        mission.ends_on,
        await _at_behest(session, mission),
    )
    return [(item, flags.get(item.id, []), names) for item in items]


async def _fill(
    session: AsyncSession, item: ItineraryItem, mission: Mission, wanted: ItineraryItemCreate
) -> None:
    """Give the item what is wanted, or refuse it with all that is wrong with it."""
    starts_at, faults_of_start = _instant("starts_at", wanted.starts_at)
    ends_at, faults_of_end = _instant("ends_at", wanted.ends_at)
    planned = Planned(
        None,
        wanted.kind,
        wanted.starts_at.local.date(),
        wanted.ends_at.local.date(),
        starts_at,
        ends_at,
        tuple(map(str, wanted.participants)),
    )
    names = await names_of(session, [mission], [])
    faults = [
        *faults_of_start,
        *faults_of_end,
        *faults_of_times(planned, mission.starts_on, mission.ends_on),
        *faults_of_participants(planned.participants, names),
        *await _faults_of_behest(session, mission, wanted),
    ]
    require_sound(faults, "The item does not fit the visit.")
    for name in _AS_KEPT:
        setattr(item, name, getattr(wanted, name))
    item.participants = list(planned.participants)
    item.starts_local, item.starts_zone = wanted.starts_at.local, wanted.starts_at.time_zone
    item.ends_local, item.ends_zone = wanted.ends_at.local, wanted.ends_at.time_zone
    item.starts_at, item.ends_at = starts_at, ends_at
    item.confidential = mission.confidential or wanted.confidential


async def _faults_of_behest(
    session: AsyncSession, mission: Mission, wanted: ItineraryItemCreate
) -> list[Fault]:
    if wanted.kind != ItineraryItemKind.CONSULTATION:
        way_out = f"Leave it out of {wanted.kind} items, or make it a consultation."
        return [("consultation_id", way_out)] if wanted.consultation_id else []
    if wanted.consultation_id is None:
        way_out = "Say which; experts are consulted at the State's behest, which it records (¶7)."
        return [("consultation_id", way_out)]
    if wanted.consultation_id not in await _at_behest(session, mission):
        way_out = f"{mission.member_state} did not ask for it; see /v1/consultations."
        return [("consultation_id", way_out)]
    return []


def _merged(item: ItineraryItem, wanted: ItineraryItemUpdate) -> ItineraryItemCreate:
    """The item as it is to be; what names no consultation any more belongs to none."""
    given = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    kept = {name: getattr(item, name) for name in _AS_KEPT} | {
        "starts_at": _kept_time(item.starts_local, item.starts_zone, item.starts_at),
        "ends_at": _kept_time(item.ends_local, item.ends_zone, item.ends_at),
    }
    merged = kept | {name: value for name, value in given.items() if value is not None}
    if merged["kind"] != ItineraryItemKind.CONSULTATION and wanted.consultation_id is None:
        merged["consultation_id"] = None
    return ItineraryItemCreate.model_construct(**merged)


_AS_KEPT = ItineraryItemCreate.model_fields.keys() - {"starts_at", "ends_at"}


def _kept_time(local: datetime, zone: str, instant: datetime) -> LocalTime:
    occurrence = occurrence_of(local, ZoneInfo(zone), instant)
    return LocalTime.model_construct(local=local, time_zone=zone, occurrence=occurrence)


def _instant(field: str, time: LocalTime) -> tuple[datetime, list[Fault]]:
    return instant_of(field, time.local, ZoneInfo(time.time_zone), time.occurrence)


async def _open_mission(work: UnitOfWork, mission_id: UUID) -> Mission:
    """The visit, whose programme may still change, locked against a change of its dates."""
    mission = await work.get(Mission, mission_id, locked=True)
    if mission.status in (MissionStatus.COMPLETED, MissionStatus.CANCELLED):
        raise Conflict(f"The visit is {mission.status}; its programme no longer changes.")
    return mission


async def _count(session: AsyncSession, mission_id: UUID) -> int:
    statement = select(func.count()).where(
        ItineraryItem.mission_id == mission_id, ItineraryItem.status == ItineraryItemStatus.PLANNED
    )
    return await session.scalar(statement) or 0


def _readable_by(caller: Caller) -> Select[ItineraryItem]:
    """The State sees its own visits' programmes without the team's own business."""
    statement = visible_to(caller, select(ItineraryItem), ItineraryItem)
    if caller.has_any(Role.MEMBER_STATE) and not caller.is_cted_or_committee:
        return statement.where(ItineraryItem.kind != ItineraryItemKind.INTERNAL)
    return statement


def _as_planned(item: ItineraryItem) -> Planned:
    return Planned(
        item.id,
        item.kind,
        item.starts_local.date(),
        item.ends_local.date(),
        item.starts_at,
        item.ends_at,
        tuple(item.participants),
        item.consultation_id,
    )
