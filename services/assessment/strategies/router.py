"""Strategies over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.strategies import service
from services.assessment.strategies.models import Strategy
from services.assessment.strategies.schemas import (
    AdviceCreate,
    AdviceRead,
    ChangeRead,
    StrategyCreate,
    StrategyQuery,
    StrategyRead,
    StrategyUpdate,
)
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState, FindingsReader
from shared.database import (
    HistoryQuery,
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

router = APIRouter(prefix="/v1/strategies", tags=["strategies"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def record_strategy(
    caller: CtedOrState, work: WriteSession, wanted: StrategyCreate, response: Response
) -> StrategyRead:
    """Record what is known of a State's strategy, or that none is known (¶16)."""
    strategy = await service.record(work, caller, wanted)
    created(response, f"/v1/strategies/{strategy.id}", strategy.version)
    return StrategyRead.model_validate(strategy)


@exported(router)
@router.get("", responses=problem_responses())
async def list_strategies(
    caller: FindingsReader, session: ReadSession, query: Annotated[StrategyQuery, Query()]
) -> Page[StrategyRead]:
    """Strategies of States, with what each has and lacks (¶16, ¶17, ¶23)."""
    page = await service.list_strategies(session, caller, query)
    return page.map(StrategyRead.model_validate)


@router.get("/{strategy_id}", responses=problem_responses(NotFound))
async def read_strategy(
    caller: FindingsReader, session: ReadSession, strategy_id: UUID, response: Response
) -> StrategyRead:
    """One strategy."""
    strategy = await read_visible(session, caller, Strategy, strategy_id)
    set_etag(response, strategy.version)
    return StrategyRead.model_validate(strategy)


@router.patch("/{strategy_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_strategy(
    caller: CtedOrState,
    work: WriteSession,
    strategy_id: UUID,
    version: RequiredVersion,
    wanted: StrategyUpdate,
    response: Response,
) -> StrategyRead:
    """Change or correct what is known; each change is kept with whose it was."""
    strategy = await service.revise(work, caller, strategy_id, version, wanted)
    set_etag(response, strategy.version)
    return StrategyRead.model_validate(strategy)


@exported(router)
@router.get("/{strategy_id}/changes", responses=problem_responses(NotFound))
async def list_strategy_changes(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    strategy_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ChangeRead]:
    """How what is known came about: for CTED, the Committee and the State itself."""
    page = await service.list_changes(session, caller, strategy_id, query)
    return page.map(ChangeRead.model_validate)


@router.post(
    "/{strategy_id}/advice", status_code=201, responses=problem_responses(NotFound, Conflict)
)
async def record_advice(
    caller: CtedCaller,
    work: WriteSession,
    strategy_id: UUID,
    wanted: AdviceCreate,
    response: Response,
) -> AdviceRead:
    """Record advice that CTED gave on a strategy, and with which partners (¶17)."""
    advice = await service.advise(work, caller, strategy_id, wanted)
    created(response, f"/v1/strategies/{strategy_id}/advice/{advice.id}", advice.version)
    return AdviceRead.model_validate(advice)


@exported(router)
@router.get("/{strategy_id}/advice", responses=problem_responses(NotFound))
async def list_advice(
    caller: FindingsReader,
    session: ReadSession,
    strategy_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[AdviceRead]:
    """Advice given on a strategy, so that partners complement it (¶17)."""
    page = await service.list_advice(session, caller, strategy_id, query)
    return page.map(AdviceRead.model_validate)


@router.get("/{strategy_id}/advice/{advice_id}", responses=problem_responses(NotFound))
async def read_advice(
    caller: FindingsReader,
    session: ReadSession,
    strategy_id: UUID,
    advice_id: UUID,
    response: Response,
) -> AdviceRead:
    """One piece of advice on a strategy."""
    advice = await service.read_advice(session, caller, strategy_id, advice_id)
    set_etag(response, advice.version)
    return AdviceRead.model_validate(advice)
