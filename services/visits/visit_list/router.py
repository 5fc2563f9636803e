"""The annual list over HTTP: drafted, submitted, adopted, changed by decisions, and read back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from services.visits.visit_list import history, service
from services.visits.visit_list.schemas import (
    Adoption,
    ChangeCreate,
    ChangeRead,
    DifferenceQuery,
    DifferenceRead,
    ListingQuery,
    ListingRead,
    ListReturn,
    ListStateQuery,
    ListStateRead,
    PastQuery,
    VisitListCreate,
    VisitListQuery,
    VisitListRead,
    VisitListUpdate,
)
from shared.auth import CommitteeChair, CtedCaller, CtedCommitteeOrState, CtedOrCommittee
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/visit-lists", tags=["visit lists"], route_class=TransactionalRoute)
listings = APIRouter(prefix="/v1/listings", tags=["visit lists"], route_class=TransactionalRoute)
_OF_A_STEP = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_visit_list(
    caller: CtedCaller, work: WriteSession, wanted: VisitListCreate, response: Response
) -> VisitListRead:
    """Draft the year's list of States whose consent to a visit is to be requested (¶6)."""
    visit_list = await service.draft(work, caller, wanted)
    created(response, f"/v1/visit-lists/{visit_list.id}", visit_list.version)
    return VisitListRead.model_validate(visit_list)


@exported(router)
@router.get("", responses=problem_responses())
async def list_visit_lists(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[VisitListQuery, Query()]
) -> Page[VisitListRead]:
    """The lists of the years."""
    return (await history.list_lists(session, query)).map(VisitListRead.model_validate)


@router.get("/{list_id}", responses=problem_responses(NotFound))
async def read_visit_list(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    list_id: UUID,
    query: Annotated[PastQuery, Query()],
    response: Response,
) -> VisitListRead:
    """One list with why each State is on it, as it is or as it was on any past day (¶6)."""
    visit_list = await history.read(session, list_id)
    read = VisitListRead.model_validate(visit_list)
    if query.on is not None:
        state = await history.read_on(session, list_id, query.on, today)
        read = VisitListRead.at(visit_list, state)
    set_etag(response, read.version)
    return read


@router.patch("/{list_id}", responses=_OF_A_STEP)
async def revise_visit_list(
    caller: CtedCaller,
    work: WriteSession,
    list_id: UUID,
    version: RequiredVersion,
    wanted: VisitListUpdate,
    response: Response,
) -> VisitListRead:
    """Put other States on a draft, and say why."""
    visit_list = await service.revise(work, caller, list_id, version, wanted)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post("/{list_id}/submission", responses=_OF_A_STEP)
async def submit_visit_list(
    caller: CtedCaller,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> VisitListRead:
    """Put a draft before the Committee."""
    visit_list = await service.submit(work, caller, list_id, version)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post("/{list_id}/return", responses=_OF_A_STEP)
async def return_visit_list(
    caller: CommitteeChair,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    wanted: ListReturn,
    response: Response,
) -> VisitListRead:
    """Return a submitted list to draft, for the Committee, with what is to change."""
    visit_list = await service.return_to_draft(work, caller, list_id, version, wanted.reason)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post("/{list_id}/adoption", responses=_OF_A_STEP)
async def adopt_visit_list(
    caller: CommitteeChair,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    response: Response,
    wanted: Annotated[Adoption | None, Body()] = None,
) -> VisitListRead:
    """Adopt a submitted list, for the Committee."""
    symbol = wanted.symbol if wanted else None
    visit_list = await service.adopt(work, caller, list_id, version, symbol)
    set_etag(response, visit_list.version)
    return VisitListRead.model_validate(visit_list)


@router.post("/{list_id}/changes", status_code=201, responses=_OF_A_STEP)
async def change_visit_list(
    caller: CommitteeChair,
    work: WriteSession,
    list_id: UUID,
    version: OptionalVersion,
    wanted: ChangeCreate,
    response: Response,
) -> ChangeRead:
    """Change an adopted list by a decision, with its reason (¶6); If-Match is the list's ETag.

    The unanswered requests to removed States end with it, and the answer names them.
    """
    decided = await service.change(work, caller, list_id, version, wanted)
    created(response, f"/v1/visit-lists/{list_id}/changes/{decided.id}", decided.version)
    return ChangeRead.model_validate(decided)


@exported(router)
@router.get("/{list_id}/changes", responses=problem_responses(NotFound))
async def list_visit_list_changes(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ChangeRead]:
    """Every decision that changed the list since its adoption."""
    return (await history.list_changes(session, list_id, query)).map(ChangeRead.model_validate)


@router.get("/{list_id}/changes/{change_id}", responses=problem_responses(NotFound))
async def read_visit_list_change(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    change_id: UUID,
    response: Response,
) -> ChangeRead:
    """One decision that changed the list."""
    decided = await history.read_change(session, list_id, change_id)
    set_etag(response, decided.version)
    return ChangeRead.model_validate(decided)


@exported(router)
@router.get("/{list_id}/states", responses=problem_responses(NotFound))
async def list_visit_list_states(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    query: Annotated[ListStateQuery, Query()],
) -> Page[ListStateRead]:
    """Every state that the list was in, with the act that brought it there (¶6: transparency)."""
    return (await history.list_states(session, list_id, query)).map(ListStateRead.model_validate)


@router.get("/{list_id}/states/{list_version}", responses=problem_responses(NotFound))
async def read_visit_list_state(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    list_version: Annotated[int, Path(ge=1, le=1_000_000)],
    response: Response,
) -> VisitListRead:
    """The list as it was at one of its versions."""
    visit_list = await history.read(session, list_id)
    state = await history.read_state(session, list_id, list_version)
    set_etag(response, state.list_version)
    return VisitListRead.at(visit_list, state)


@router.get("/{list_id}/difference", responses=problem_responses(NotFound))
async def compare_visit_list(
    caller: CtedOrCommittee,
    session: ReadSession,
    list_id: UUID,
    query: Annotated[DifferenceQuery, Query()],
) -> DifferenceRead:
    """How the list differs between two days or versions, and every act in between."""
    return await history.compare(session, list_id, query)


@exported(listings)
@listings.get("", responses=problem_responses())
async def list_listings(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[ListingQuery, Query()]
) -> Page[ListingRead]:
    """Whether a State is on each year's adopted list; a State is told of itself alone (¶6)."""
    return await history.list_listings(session, caller, query)
