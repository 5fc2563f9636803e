"""The annual list over HTTP: drafted, submitted, adopted, and changed by decisions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.visit_list import service
from services.visits.visit_list.schemas import (
    ChangeCreate,
    ChangeRead,
    VisitListCreate,
    VisitListQuery,
    VisitListRead,
    VisitListUpdate,
)
from shared.auth import CommitteeChair, CtedCaller, CtedOrCommittee
from shared.database import (
    HistoryQuery,
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

router = APIRouter(prefix="/v1/visit-lists", tags=["visit lists"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_visit_list(
    caller: CtedCaller, work: WriteSession, wanted: VisitListCreate, response: Response
) -> VisitListRead:
    """Draft the year's list of States whose consent to a visit is to be requested (¶6)."""
    visit_list = await service.draft(work, wanted)
    created(response, f"/v1/visit-lists/{visit_list.id}", visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.get("", responses=problem_responses())
async def list_visit_lists(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[VisitListQuery, Query()]
) -> Page[VisitListRead]:
    """The lists of the years."""
    return (await service.list_lists(session, query)).map(VisitListRead.model_validate)


@router.get("/{list_id}", responses=problem_responses(NotFound))
async def read_visit_list(
    caller: CtedOrCommittee, session: ReadSession, list_id: UUID, response: Response
) -> VisitListRead:
    """One list, with why each State is on it."""
    visit_list = await service.read(session, list_id)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.patch("/{list_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_visit_list(
    caller: CtedCaller,
    work: WriteSession,
    list_id: UUID,
    version: RequiredVersion,
    wanted: VisitListUpdate,
    response: Response,
) -> VisitListRead:
    """Put other States on a draft."""
    visit_list = await service.revise(work, list_id, version, wanted.member_states)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post(
    "/{list_id}/submission", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def submit_visit_list(
    caller: CtedCaller,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> VisitListRead:
    """Put a draft before the Committee."""
    visit_list = await service.submit(work, list_id, version)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post(
    "/{list_id}/adoption", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def adopt_visit_list(
    caller: CommitteeChair,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> VisitListRead:
    """Adopt a submitted list, for the Committee."""
    visit_list = await service.adopt(work, list_id, version)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post(
    "/{list_id}/changes",
    status_code=201,
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def change_visit_list(
    caller: CommitteeChair,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    wanted: ChangeCreate,
    response: Response,
) -> ChangeRead:
    """Change an adopted list by a decision, with its reason (¶6); If-Match is the list's ETag."""
    decided = await service.change(work, caller, list_id, version, wanted)
    created(response, f"/v1/visit-lists/{list_id}/changes/{decided.id}", decided.version)
    return ChangeRead.model_validate(decided)


@router.get("/{list_id}/changes", responses=problem_responses(NotFound))
async def list_visit_list_changes(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ChangeRead]:
    """Every decision that changed the list since its adoption."""
    return (await service.list_changes(session, list_id, query)).map(ChangeRead.model_validate)


@router.get("/{list_id}/changes/{change_id}", responses=problem_responses(NotFound))
async def read_visit_list_change(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    change_id: UUID,
    response: Response,
) -> ChangeRead:
    """One decision that changed the list."""
    decided = await service.read_change(session, list_id, change_id)
    set_etag(response, decided.version)
    return ChangeRead.model_validate(decided)
