"""Records trends; drafts and publishes products."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.analysis.models import Product, ProductStatus, Trend
from services.assessment.analysis.rules import FREE_STEPS
from services.assessment.analysis.schemas import (
    ProductCreate,
    ProductQuery,
    TrendCreate,
    TrendQuery,
)
from services.assessment.events import ProductPublished, TrendIdentified
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import NotFound, require_step


async def record_trend(work: UnitOfWork, wanted: TrendCreate) -> Trend:
    """Keep and announce a trend or emerging issue (¶18, ¶19)."""
    trend = Trend(
        title=wanted.title,
        theme=wanted.theme,
        member_states=wanted.states(),
        severity=wanted.severity,
        source=wanted.source,
        identified_on=work.clock.today(),
    )
    await work.save(trend)
    work.publish(
        TrendIdentified(
            trend_id=trend.id,
            theme=trend.theme,
            member_states=trend.member_states,
            severity=trend.severity.value,
            identified_on=trend.identified_on,
        )
    )
    return trend


async def list_trends(session: AsyncSession, query: TrendQuery) -> RecordPage[Trend]:
    """The trends that match the query."""
    statement = select(Trend)
    if query.theme:
        statement = statement.where(Trend.theme == query.theme)
    if query.severity:
        statement = statement.where(Trend.severity == query.severity)
    sortable = {"identified_on": Trend.identified_on}
    return await paginate(session, statement, query, query.sort, sortable, Trend.id)


async def read_trend(session: AsyncSession, trend_id: UUID) -> Trend:
    """One trend."""
    trend = await session.get(Trend, trend_id)
    if trend is None:
        raise NotFound.record("Trend", trend_id)
    return trend


async def draft_product(work: UnitOfWork, wanted: ProductCreate) -> Product:
    """Keep a draft product."""
    product = Product(**wanted.model_dump(), status=ProductStatus.DRAFT)
    await work.save(product)
    return product


async def publish_product(work: UnitOfWork, product_id: UUID, version: int | None) -> Product:
    """Publish the draft."""
    product = await work.get(Product, product_id, version=version, locked=True)
    require_step("product", product.status, ProductStatus.PUBLISHED, FREE_STEPS)
    product.status = ProductStatus.PUBLISHED
    product.published_on = work.clock.today()
    await work.save(product)
    work.publish(
        ProductPublished(
            product_id=product.id,
            title=product.title,
            theme=product.theme,
            published_on=product.published_on,
        )
    )
    return product


async def list_products(
    session: AsyncSession, caller: Caller, query: ProductQuery
) -> RecordPage[Product]:
    """The products that match the query; drafts are CTED's and the Committee's."""
    statement = _readable(caller)
    if query.theme:
        statement = statement.where(Product.theme == query.theme)
    if query.status:
        statement = statement.where(Product.status == query.status)
    sortable = {"created_at": Product.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Product.id)


async def read_product(session: AsyncSession, caller: Caller, product_id: UUID) -> Product:
    """The product, if the caller may see it."""
    product = await session.scalar(_readable(caller).where(Product.id == product_id))
    if product is None:
        raise NotFound.record("Product", product_id)
    return product


def _readable(caller: Caller) -> Select[Product]:
    if caller.is_cted_or_committee:
        return select(Product)
    return select(Product).where(Product.status == ProductStatus.PUBLISHED)
