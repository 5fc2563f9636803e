"""Other bodies' visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.access import VisitingBody, VisitPlanReader
from services.visits.other_visits import service
from services.visits.other_visits.models import OtherVisit
from services.visits.other_visits.schemas import (
    OtherVisitCancellation,
    OtherVisitCreate,
    OtherVisitQuery,
    OtherVisitRead,
    OtherVisitUpdate,
)
from shared.auth import Caller
from shared.database import (
    OptionalVersion,
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

router = APIRouter(prefix="/v1/other-visits", tags=["other visits"], route_class=TransactionalRoute)
_OF_A_CHANGE = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post(
    "",
    status_code=201,
    responses={
        **problem_responses(Conflict),
        200: {"model": OtherVisitRead, "description": "It was entered before, just so"},
    },
)
async def enter_other_visit(
    caller: VisitingBody, work: WriteSession, wanted: OtherVisitCreate, response: Response
) -> OtherVisitRead:
    """Enter another body's visit, once however often it is sent; the answer has its clashes."""
    visit, new = await service.enter(work, caller, wanted)
    created(response, f"/v1/other-visits/{visit.id}", visit.version)
    response.status_code = 201 if new else 200
    return await _told(work.session, caller, visit)


@exported(router)
@router.get("", responses=problem_responses())
async def list_other_visits(
    caller: VisitPlanReader, session: ReadSession, query: Annotated[OtherVisitQuery, Query()]
) -> Page[OtherVisitRead]:
    """Other bodies' visits; a State sees those to it."""
    page = await service.list_other_visits(session, caller, query)
    return page.map(await service.reader_of(session, caller, page.records))


@router.get("/{visit_id}", responses=problem_responses(NotFound))
async def read_other_visit(
    caller: VisitPlanReader, session: ReadSession, visit_id: UUID, response: Response
) -> OtherVisitRead:
    """One visit of another body."""
    visit = await service.read(session, caller, visit_id)
    set_etag(response, visit.version)
    return await _told(session, caller, visit)


@router.patch("/{visit_id}", responses=_OF_A_CHANGE)
async def revise_other_visit(
    caller: VisitingBody,
    work: WriteSession,
    visit_id: UUID,
    version: RequiredVersion,
    wanted: OtherVisitUpdate,
    response: Response,
) -> OtherVisitRead:
    """Change a planned visit, as who entered it or as CTED."""
    visit = await service.revise(work, caller, visit_id, version, wanted)
    set_etag(response, visit.version)
    return await _told(work.session, caller, visit)


@router.post("/{visit_id}/cancellation", responses=_OF_A_CHANGE)
async def cancel_other_visit(
    caller: VisitingBody,
    work: WriteSession,
    visit_id: UUID,
    version: OptionalVersion,
    wanted: OtherVisitCancellation,
    response: Response,
) -> OtherVisitRead:
    """Record that the visit will not take place: nothing clashes with it any more."""
    visit = await service.cancel(work, caller, visit_id, version, wanted.reason)
    set_etag(response, visit.version)
    return await _told(work.session, caller, visit)


async def _told(session: AsyncSession, caller: Caller, visit: OtherVisit) -> OtherVisitRead:
    return (await service.reader_of(session, caller, [visit]))(visit)
