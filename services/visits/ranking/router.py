"""Whom to visit, over HTTP: prior requests and past visits, then the ranking made of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.ranking import service, variations
from services.visits.ranking.models import PastVisit, VisitRequest
from services.visits.ranking.schemas import (
    ComparisonQuery,
    ComparisonRead,
    PastVisitCreate,
    PastVisitQuery,
    PastVisitRead,
    RankedStateQuery,
    RankingQuery,
    RankingRead,
    RankRead,
    SensitivityQuery,
    SensitivityRead,
    StandingRead,
    UnderPolicy,
    VisitRequestCreate,
    VisitRequestQuery,
    VisitRequestRead,
    WhatIf,
    WhatIfRead,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrCommittee, CtedOrState
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported
from shared.reference import Alpha3

router = APIRouter(prefix="/v1", tags=["ranking"], route_class=TransactionalRoute)


@router.post("/visit-requests", status_code=201, responses=problem_responses(Conflict))
async def request_visit(
    caller: CtedOrState, work: WriteSession, wanted: VisitRequestCreate, response: Response
) -> VisitRequestRead:
    """Ask for a visit, which then counts in the ranking (¶6)."""
    request = await service.request_visit(work, caller, wanted)
    created(response, f"/v1/visit-requests/{request.id}", request.version)
    return VisitRequestRead.model_validate(request)


@exported(router)
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


@router.post(
    "/visit-requests/{request_id}/withdrawal",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def withdraw_visit_request(
    caller: CtedOrState,
    work: WriteSession,
    request_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> VisitRequestRead:
    """Withdraw a request, which then counts no longer; a State withdraws its own."""
    request = await service.withdraw_request(work, caller, request_id, version)
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


@exported(router)
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


@exported(router)
@router.get("/ranked-states", responses=problem_responses(NotFound))
async def list_ranked_states(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[RankedStateQuery, Query()],
) -> Page[RankRead]:
    """The ranking as a list, to be had as a file: a row for each State with its grounds."""
    return await variations.list_ranked(session, today, query)


@router.get("/ranking", responses=problem_responses(NotFound))
async def rank_states(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[RankingQuery, Query()],
) -> RankingRead:
    """All Member States by the reasons to visit them, each rank with its grounds (¶6)."""
    policy, ranks = await variations.ranked_under(session, today, query, query.region)
    return RankingRead.of(ranks[: query.limit], policy, today)


@router.get("/ranking/comparison", responses=problem_responses(NotFound))
async def compare_rankings(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[ComparisonQuery, Query()],
) -> ComparisonRead:
    """Which States move, by how much, and who enters the first, from one policy to another."""
    return await variations.compare_policies(session, today, query)


@router.post("/ranking/what-if", responses=problem_responses())
async def imagine_ranking(
    caller: CtedOrCommittee, session: ReadSession, today: Today, wanted: WhatIf
) -> WhatIfRead:
    """The ranking under other weights, and its difference to that in force; nothing is saved."""
    return await variations.what_if(session, today, wanted)


@router.get("/ranking/sensitivity", responses=problem_responses(NotFound))
async def vary_ranking(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[SensitivityQuery, Query()],
) -> SensitivityRead:
    """How often each State stays among the first when the weights vary, and where it comes out.

    Each weight of each draw is multiplied by a log-normal factor of its own (Monte Carlo); a
    weight of 0 stays 0. The same question has the same answer, as the draws begin with a seed.
    """
    return await variations.vary(session, today, query)


@router.get("/ranking/{member_state}", responses=problem_responses())
async def read_standing(
    caller: CtedCommitteeOrState, session: ReadSession, today: Today, member_state: Alpha3
) -> StandingRead:
    """One State's rank with its grounds, under the policy in force.

    A State sees its own alone, with all that is known of it. It cannot ask for other weights: its
    places under many policies would tell of the States before and after it.
    """
    caller.require_state(member_state)
    policy, ranks = await variations.ranked_under(session, today, UnderPolicy())
    rank = next(rank for rank in ranks if rank.member_state == member_state)
    return StandingRead.of(rank, policy, today)
