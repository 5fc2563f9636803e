"""Visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions import checklist, service
from services.visits.missions.access import VisitPlanReader
from services.visits.missions.clashes import clashes_of
from services.visits.missions.models import Mission
from services.visits.missions.presentation import reader_of
from services.visits.missions.schemas import (
    Cancellation,
    ChecklistItemCreate,
    ChecklistItemQuery,
    ChecklistItemRead,
    ChecklistItemStatusChange,
    ChecklistItemUpdate,
    ClashesRead,
    MissionCreate,
    MissionQuery,
    MissionRead,
    MissionUpdate,
)
from services.visits.missions.team import teams_of
from shared.auth import CTED, Caller, CtedCaller, CtedOrCommittee
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/missions", tags=["missions"], route_class=TransactionalRoute)
_OF_A_CHANGE = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def schedule_visit(
    caller: CtedCaller, work: WriteSession, wanted: MissionCreate, response: Response
) -> MissionRead:
    """Schedule the visit that a State consented to, with its scope, team and partners (¶7)."""
    mission = await service.schedule(work, wanted)
    created(response, f"/v1/missions/{mission.id}", mission.version)
    return await _told(work.session, caller, mission)


@exported(router)
@router.get("", responses=problem_responses())
async def list_visits(
    caller: VisitPlanReader, session: ReadSession, query: Annotated[MissionQuery, Query()]
) -> Page[MissionRead]:
    """Visits; a State sees its own."""
    page = await service.list_missions(session, caller, query)
    return page.map(await reader_of(session, caller, page.records))


@router.get("/{mission_id}", responses=problem_responses(NotFound))
async def read_visit(
    caller: VisitPlanReader, session: ReadSession, mission_id: UUID, response: Response
) -> MissionRead:
    """One visit."""
    mission = await read_visible(session, caller, Mission, mission_id)
    set_etag(response, mission.version)
    return await _told(session, caller, mission)


@router.patch("/{mission_id}", responses=_OF_A_CHANGE)
async def revise_visit(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    version: RequiredVersion,
    wanted: MissionUpdate,
    response: Response,
) -> MissionRead:
    """Change dates, scope, team or partners of a scheduled visit."""
    mission = await service.revise(work, mission_id, version, wanted)
    set_etag(response, mission.version)
    return await _told(work.session, caller, mission)


@router.get("/{mission_id}/clashes", responses=problem_responses(NotFound))
async def read_clashes(
    caller: CtedOrCommittee, session: ReadSession, mission_id: UUID
) -> ClashesRead:
    """What a scheduled visit clashes with: other bodies' visits, and what its team cannot do."""
    mission = await read_visible(session, caller, Mission, mission_id)
    teams = await teams_of(session, [mission])
    clashes = (await clashes_of(session, [mission], teams))[mission.id]
    team = clashes.team if caller.has_any(*CTED) else None
    return ClashesRead(other_visits=clashes.other_visits, team=team)


@router.post("/{mission_id}/completion", responses=_OF_A_CHANGE)
async def complete_visit(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> MissionRead:
    """Record that the visit took place, on its last day or later; the answer names open items."""
    mission = await service.complete(work, mission_id, version)
    set_etag(response, mission.version)
    return await _told(work.session, caller, mission)


@router.post("/{mission_id}/cancellation", responses=_OF_A_CHANGE)
async def cancel_visit(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    version: OptionalVersion,
    wanted: Cancellation,
    response: Response,
) -> MissionRead:
    """Record that the visit will not take place, and why."""
    mission = await service.cancel(work, mission_id, version, wanted.reason)
    set_etag(response, mission.version)
    return await _told(work.session, caller, mission)


@router.post("/{mission_id}/checklist", status_code=201, responses=problem_responses(NotFound))
async def add_checklist_item(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    wanted: ChecklistItemCreate,
    response: Response,
) -> ChecklistItemRead:
    """Add an item to those of the template."""
    item = await checklist.add(work, mission_id, wanted)
    created(response, f"/v1/missions/{mission_id}/checklist/{item.id}", item.version)
    return ChecklistItemRead.model_validate(item)


@exported(router)
@router.get("/{mission_id}/checklist", responses=problem_responses(NotFound))
async def list_checklist(
    caller: CtedOrCommittee,
    session: ReadSession,
    mission_id: UUID,
    query: Annotated[ChecklistItemQuery, Query()],
) -> Page[ChecklistItemRead]:
    """What is to be settled for a visit, by whom and when."""
    page = await checklist.list_items(session, mission_id, query)
    return page.map(ChecklistItemRead.model_validate)


@router.get("/{mission_id}/checklist/{item_id}", responses=problem_responses(NotFound))
async def read_checklist_item(
    caller: CtedOrCommittee,
    session: ReadSession,
    mission_id: UUID,
    item_id: UUID,
    response: Response,
) -> ChecklistItemRead:
    """One item of a checklist."""
    item = await checklist.read(session, mission_id, item_id)
    set_etag(response, item.version)
    return ChecklistItemRead.model_validate(item)


@router.patch("/{mission_id}/checklist/{item_id}", responses=_OF_A_CHANGE)
async def revise_checklist_item(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    item_id: UUID,
    version: RequiredVersion,
    wanted: ChecklistItemUpdate,
    response: Response,
) -> ChecklistItemRead:
    """Change who settles an item, or by when."""
    item = await checklist.revise(work, mission_id, item_id, version, wanted)
    set_etag(response, item.version)
    return ChecklistItemRead.model_validate(item)


@router.post("/{mission_id}/checklist/{item_id}/status-changes", responses=_OF_A_CHANGE)
async def change_checklist_item_status(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    item_id: UUID,
    version: OptionalVersion,
    wanted: ChecklistItemStatusChange,
    response: Response,
) -> ChecklistItemRead:
    """Record that an item is done or need not be, or that it is open again."""
    item = await checklist.change_status(work, caller, mission_id, item_id, version, wanted)
    set_etag(response, item.version)
    return ChecklistItemRead.model_validate(item)


async def _told(session: AsyncSession, caller: Caller, mission: Mission) -> MissionRead:
    return (await reader_of(session, caller, [mission]))(mission)
