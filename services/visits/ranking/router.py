"""Whom to visit, over HTTP: prior requests and past visits, then the ranking made of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.ranking import service
from services.visits.ranking.models import PastVisit, VisitRequest
from services.visits.ranking.rules import RISK_BASED
from services.visits.ranking.schemas import (
    PastVisitCreate,
    PastVisitQuery,
    PastVisitRead,
    RankingQuery,
    RankingRead,
    StandingRead,
    VisitRequestCreate,
    VisitRequestQuery,
    VisitRequestRead,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrCommittee, CtedOrState
from shared.database import (
    Page,
    ReadSession,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, problem_responses
from shared.reference import Alpha3, member_states

router = APIRouter(prefix="/v1", tags=["ranking"], route_class=TransactionalRoute)


@router.post("/visit-requests", status_code=201, responses=problem_responses(Conflict))
async def request_visit(
    caller: CtedOrState, work: WriteSession, wanted: VisitRequestCreate, response: Response
) -> VisitRequestRead:
    """Ask for a visit, which then counts in the ranking (¶6)."""
    request = await service.request_visit(work, caller, wanted)
    created(response, f"/v1/visit-requests/{request.id}", request.version)
    return VisitRequestRead.model_validate(request)


@router.get("/visit-requests", responses=problem_responses())
async def list_visit_requests(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[VisitRequestQuery, Query()]
) -> Page[VisitRequestRead]:
    """Requests for visits; a State sees its own."""
    return (await service.list_requests(session, caller, query)).map(
        VisitRequestRead.model_validate
    )


@router.get("/visit-requests/{request_id}", responses=problem_responses(NotFound))
async def read_visit_request(
    caller: CtedCommitteeOrState, session: ReadSession, request_id: UUID, response: Response
) -> VisitRequestRead:
    """One request for a visit."""
    request = await read_visible(session, caller, VisitRequest, request_id)
    set_etag(response, request.version)
    return VisitRequestRead.model_validate(request)


@router.post("/past-visits", status_code=201, responses=problem_responses(Conflict))
async def enter_past_visit(
    caller: CtedCaller, work: WriteSession, wanted: PastVisitCreate, response: Response
) -> PastVisitRead:
    """Enter a visit of the years before; completed missions enter themselves."""
    visit = await service.enter_past_visit(work, wanted)
    created(response, f"/v1/past-visits/{visit.id}", visit.version)
    return PastVisitRead.model_validate(visit)


@router.get("/past-visits", responses=problem_responses())
async def list_past_visits(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[PastVisitQuery, Query()]
) -> Page[PastVisitRead]:
    """Visits that took place; a State sees its own."""
    return (await service.list_past_visits(session, caller, query)).map(
        PastVisitRead.model_validate
    )


@router.get("/past-visits/{visit_id}", responses=problem_responses(NotFound))
async def read_past_visit(
    caller: CtedCommitteeOrState, session: ReadSession, visit_id: UUID, response: Response
) -> PastVisitRead:
    """One visit that took place."""
    visit = await read_visible(session, caller, PastVisit, visit_id)
    set_etag(response, visit.version)
    return PastVisitRead.model_validate(visit)


@router.get("/ranking", responses=problem_responses())
async def rank_states(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[RankingQuery, Query()],
) -> RankingRead:
    """All Member States by the reasons to visit them, each rank with its grounds (¶6)."""
    ranks = await service.rank_all(session, today)
    if query.region:
        states = member_states()
        ranks = [rank for rank in ranks if states[rank.member_state].region == query.region]
    return RankingRead.of(ranks[: query.limit], RISK_BASED, today)


@router.get("/ranking/{member_state}", responses=problem_responses())
async def read_standing(
    caller: CtedCommitteeOrState, session: ReadSession, today: Today, member_state: Alpha3
) -> StandingRead:
    """One State's rank with its grounds; a State sees its own alone."""
    caller.require_state(member_state)
    ranks = await service.rank_all(session, today)
    rank = next(rank for rank in ranks if rank.member_state == member_state)
    return StandingRead.of(rank, RISK_BASED, today)
