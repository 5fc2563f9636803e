"""Visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.visits.missions import service
from services.visits.missions.models import Mission
from services.visits.missions.schemas import (
    Cancellation,
    MissionCreate,
    MissionQuery,
    MissionRead,
    MissionUpdate,
)
from shared.auth import COMMITTEE, CTED, Allow, Caller, CtedCaller, Role
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

router = APIRouter(prefix="/v1/missions", tags=["missions"], route_class=TransactionalRoute)

VisitPlanReader = Annotated[
    Caller,
    Depends(Allow(*CTED, *COMMITTEE, Role.MEMBER_STATE, Role.OCT, Role.UN_ENTITY, Role.SERVICE)),
]
"""Who coordinates visits with one another (¶14): the United Nations, and the State itself."""


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def schedule_visit(
    caller: CtedCaller, work: WriteSession, wanted: MissionCreate, response: Response
) -> MissionRead:
    """Schedule the visit that a State consented to (¶7)."""
    mission = await service.schedule(work, wanted)
    created(response, f"/v1/missions/{mission.id}", mission.version)
    return MissionRead.model_validate(mission)


@router.get("", responses=problem_responses())
async def list_visits(
    caller: VisitPlanReader, session: ReadSession, query: Annotated[MissionQuery, Query()]
) -> Page[MissionRead]:
    """Visits; a State sees its own."""
    return (await service.list_missions(session, caller, query)).map(MissionRead.model_validate)


@router.get("/{mission_id}", responses=problem_responses(NotFound))
async def read_visit(
    caller: VisitPlanReader, session: ReadSession, mission_id: UUID, response: Response
) -> MissionRead:
    """One visit."""
    mission = await read_visible(session, caller, Mission, mission_id)
    set_etag(response, mission.version)
    return MissionRead.model_validate(mission)


@router.patch("/{mission_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_visit(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    version: RequiredVersion,
    wanted: MissionUpdate,
    response: Response,
) -> MissionRead:
    """Change dates or team of a scheduled visit."""
    mission = await service.revise(work, mission_id, version, wanted)
    set_etag(response, mission.version)
    return MissionRead.model_validate(mission)


@router.post(
    "/{mission_id}/completion", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def complete_visit(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> MissionRead:
    """Record that the visit took place, on its last day or later."""
    mission = await service.complete(work, mission_id, version)
    set_etag(response, mission.version)
    return MissionRead.model_validate(mission)


@router.post(
    "/{mission_id}/cancellation",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
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
    return MissionRead.model_validate(mission)
