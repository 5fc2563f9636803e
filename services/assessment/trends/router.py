"""Trends over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.trends import service
from services.assessment.trends.schemas import (
    Closure,
    TrendCreate,
    TrendQuery,
    TrendRead,
    TrendUpdate,
)
from shared.auth import CtedCaller, FindingsReader
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

router = APIRouter(prefix="/v1/trends", tags=["trends"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def record_trend(
    caller: CtedCaller, work: WriteSession, wanted: TrendCreate, response: Response
) -> TrendRead:
    """Record a trend, emerging issue or event; it bears on whom to visit (¶6, ¶18)."""
    trend = await service.record(work, wanted)
    created(response, f"/v1/trends/{trend.id}", trend.version)
    return TrendRead.model_validate(trend)


@exported(router)
@router.get("", responses=problem_responses())
async def list_trends(
    caller: FindingsReader, session: ReadSession, query: Annotated[TrendQuery, Query()]
) -> Page[TrendRead]:
    """Trends, emerging issues and events (¶18, ¶26)."""
    return (await service.list_trends(session, query)).map(TrendRead.model_validate)


@router.get("/{trend_id}", responses=problem_responses(NotFound))
async def read_trend(
    caller: FindingsReader, session: ReadSession, trend_id: UUID, response: Response
) -> TrendRead:
    """One trend, emerging issue or event."""
    trend = await service.read(session, trend_id)
    set_etag(response, trend.version)
    return TrendRead.model_validate(trend)


@router.patch("/{trend_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_trend(
    caller: CtedCaller,
    work: WriteSession,
    trend_id: UUID,
    version: RequiredVersion,
    wanted: TrendUpdate,
    response: Response,
) -> TrendRead:
    """Revise a trend as it develops; the ranking of whom to visit follows (¶6)."""
    trend = await service.revise(work, trend_id, version, wanted)
    set_etag(response, trend.version)
    return TrendRead.model_validate(trend)


@router.post(
    "/{trend_id}/closure", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def close_trend(
    caller: CtedCaller,
    work: WriteSession,
    trend_id: UUID,
    version: OptionalVersion,
    wanted: Closure,
    response: Response,
) -> TrendRead:
    """Close a trend, with the reason: it no longer bears on whom to visit (¶6)."""
    trend = await service.close(work, trend_id, version, wanted)
    set_etag(response, trend.version)
    return TrendRead.model_validate(trend)
