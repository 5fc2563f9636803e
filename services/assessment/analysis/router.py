"""Trends and products over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.analysis import service
from services.assessment.analysis.schemas import (
    ProductCreate,
    ProductQuery,
    ProductRead,
    TrendCreate,
    TrendQuery,
    TrendRead,
)
from shared.auth import AnyCaller, CtedCaller, CtedLead, FindingsReader
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1", tags=["analysis"], route_class=TransactionalRoute)


@router.post("/trends", status_code=201, responses=problem_responses(Conflict))
async def record_trend(
    caller: CtedCaller, work: WriteSession, wanted: TrendCreate, response: Response
) -> TrendRead:
    """Record a trend or emerging issue; it bears on whom to visit (¶6, ¶18)."""
    trend = await service.record_trend(work, wanted)
    created(response, f"/v1/trends/{trend.id}", trend.version)
    return TrendRead.model_validate(trend)


@exported(router)
@router.get("/trends", responses=problem_responses())
async def list_trends(
    caller: FindingsReader, session: ReadSession, query: Annotated[TrendQuery, Query()]
) -> Page[TrendRead]:
    """Trends and emerging issues (¶18, ¶26)."""
    return (await service.list_trends(session, query)).map(TrendRead.model_validate)


@router.get("/trends/{trend_id}", responses=problem_responses(NotFound))
async def read_trend(
    caller: FindingsReader, session: ReadSession, trend_id: UUID, response: Response
) -> TrendRead:
    """One trend or emerging issue."""
    trend = await service.read_trend(session, trend_id)
    set_etag(response, trend.version)
    return TrendRead.model_validate(trend)


@router.post("/products", status_code=201, responses=problem_responses(Conflict))
async def draft_product(
    caller: CtedCaller, work: WriteSession, wanted: ProductCreate, response: Response
) -> ProductRead:
    """Draft an analytical product."""
    product = await service.draft_product(work, wanted)
    created(response, f"/v1/products/{product.id}", product.version)
    return ProductRead.model_validate(product)


@exported(router)
@router.get("/products", responses=problem_responses())
async def list_products(
    caller: AnyCaller, session: ReadSession, query: Annotated[ProductQuery, Query()]
) -> Page[ProductRead]:
    """Published products, for everyone (¶23, ¶26)."""
    return (await service.list_products(session, caller, query)).map(ProductRead.model_validate)


@router.get("/products/{product_id}", responses=problem_responses(NotFound))
async def read_product(
    caller: AnyCaller, session: ReadSession, product_id: UUID, response: Response
) -> ProductRead:
    """One product."""
    product = await service.read_product(session, caller, product_id)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)


@router.post(
    "/products/{product_id}/publication",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def publish_product(
    caller: CtedLead,
    work: WriteSession,
    product_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ProductRead:
    """Publish a draft."""
    product = await service.publish_product(work, product_id, version)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)
