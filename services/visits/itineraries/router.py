"""Itineraries over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.itineraries import service
from services.visits.itineraries.models import ItineraryItem
from services.visits.itineraries.schemas import (
    ItineraryItemCreate,
    ItineraryItemRead,
    ItineraryItemUpdate,
    ItineraryQuery,
)
from shared.auth import Caller, CtedCaller, CtedCommitteeOrState
from shared.database import (
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1", tags=["itineraries"], route_class=TransactionalRoute)


async def _answer(
    caller: Caller, session: AsyncSession, item: ItineraryItem, response: Response
) -> ItineraryItemRead:
    set_etag(response, item.version)
    return ItineraryItemRead.of(*await service.shown(session, caller, item))


@router.post(
    "/missions/{mission_id}/itinerary",
    status_code=201,
    responses=problem_responses(NotFound, Conflict),
)
async def add_itinerary_item(
    caller: CtedCaller,
    work: WriteSession,
    mission_id: UUID,
    wanted: ItineraryItemCreate,
    response: Response,
) -> ItineraryItemRead:
    """Put an item on the programme of a visit that is still to come (¶7)."""
    item = await service.add(work, mission_id, wanted)
    created(response, f"/v1/itinerary-items/{item.id}", item.version)
    return await _answer(caller, work.session, item, response)


@exported(router)
@router.get("/missions/{mission_id}/itinerary", responses=problem_responses(NotFound))
async def list_itinerary_items(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    mission_id: UUID,
    query: Annotated[ItineraryQuery, Query()],
) -> Page[ItineraryItemRead]:
    """A visit's programme in its order; the State sees all of it but the team's own business."""
    page = await service.list_items(session, caller, mission_id, query)
    return page.map(lambda found: ItineraryItemRead.of(*found))


@router.get("/itinerary-items/{item_id}", responses=problem_responses(NotFound))
async def read_itinerary_item(
    caller: CtedCommitteeOrState, session: ReadSession, item_id: UUID, response: Response
) -> ItineraryItemRead:
    """One item of a programme."""
    return await _answer(caller, session, await service.read(session, caller, item_id), response)


@router.patch(
    "/itinerary-items/{item_id}",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def revise_itinerary_item(
    caller: CtedCaller,
    work: WriteSession,
    item_id: UUID,
    version: RequiredVersion,
    wanted: ItineraryItemUpdate,
    response: Response,
) -> ItineraryItemRead:
    """Change an item of the programme of a visit that is still to come."""
    item = await service.revise(work, item_id, version, wanted)
    return await _answer(caller, work.session, item, response)


@router.delete(
    "/itinerary-items/{item_id}",
    status_code=204,
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def remove_itinerary_item(
    caller: CtedCaller, work: WriteSession, item_id: UUID, version: RequiredVersion
) -> None:
    """Take an item off the programme; it is kept, and calendars show it as cancelled."""
    await service.remove(work, item_id, version)
