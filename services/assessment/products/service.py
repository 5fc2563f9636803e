"""Drafts, reviews, publishes, supersedes, withdraws and finds products."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.assessment.events import ProductPublished, ProductWithdrawn
from services.assessment.products.editions import faults_of_links, supersede
from services.assessment.products.models import (
    NO_LONGER_CURRENT,
    Product,
    ProductReview,
    ProductStatus,
    ProductVersion,
    ReviewOutcome,
)
from services.assessment.products.rules import (
    DECIDED,
    FREE_STEPS,
    announced_title,
    faults_of_review,
)
from services.assessment.products.schemas import (
    FoundProduct,
    ProductCreate,
    ProductQuery,
    ProductRead,
    ProductSummary,
    ProductUpdate,
    Review,
    VersionQuery,
    Withdrawal,
)
from services.assessment.products.searching import excerpts, found_by, relevance
from shared.auth import Audience, Caller, Role
from shared.database import HistoryQuery, Page, RecordPage, UnitOfWork, paginate
from shared.errors import Conflict, Forbidden, Invalid, NotFound, require_sound, require_step

_TEXT = {"title", "abstract", "text"}
_LINKS = ("translation_of", "supersedes", "superseded_by")


async def draft(work: UnitOfWork, caller: Caller, wanted: ProductCreate) -> Product:
    """Keep a draft, and its text as the first version."""
    product = Product(**wanted.model_dump(), status=ProductStatus.DRAFT)
    await _check_links(work, product)
    await work.save(product)
    await _keep_version(work, caller, product)
    return product


async def revise(
    work: UnitOfWork, caller: Caller, product_id: UUID, version: int | None, wanted: ProductUpdate
) -> Product:
    """Change a draft; a changed text is another version."""
    product = await work.get(Product, product_id, version=version, locked=True)
    if product.status is not ProductStatus.DRAFT:
        raise Conflict(f"It is {product.status}: only a draft is changed; a review can return it.")
    changes = wanted.model_dump(exclude_none=True)
    reworded = any(getattr(product, name) != changes[name] for name in _TEXT & changes.keys())
    for name, value in changes.items():
        setattr(product, name, value)
    await _check_links(work, product)
    await work.save(product)
    if reworded:
        await _keep_version(work, caller, product)
    return product


async def submit(work: UnitOfWork, product_id: UUID, version: int | None) -> Product:
    """Submit a draft to review."""
    return await _take(work, product_id, version, ProductStatus.IN_REVIEW)


async def review(
    work: UnitOfWork, caller: Caller, product_id: UUID, version: int | None, decided: Review
) -> Product:
    """Remark on a product, return it to its authors or approve it; every review is kept."""
    product = await work.get(Product, product_id, version=version, locked=True)
    await _require_another(work, caller, product)
    if decided.outcome is ReviewOutcome.APPROVED and Role.CTED_LEAD not in caller.roles:
        raise Forbidden("A lead of CTED approves a product; remark on it or return it instead.")
    require_sound(faults_of_review(decided.outcome, decided.comment), "The review is not complete.")
    reviewed = ProductReview(
        **decided.model_dump(),
        product_id=product.id,
        product_version=product.version,
        reviewed_by=caller.subject,
    )
    if decided.outcome is not ReviewOutcome.COMMENTED:
        status = ProductStatus(DECIDED[decided.outcome])
        require_step("product", product.status, status, FREE_STEPS)
        product.status = status
    elif product.status is not ProductStatus.IN_REVIEW:
        raise Conflict(f"It is {product.status}: a product is remarked on while it is in review.")
    await work.save(product, reviewed)
    return product


async def publish(work: UnitOfWork, product_id: UUID, version: int | None) -> Product:
    """Publish an approved product to its audience; the edition before it is superseded."""
    product = await _take(work, product_id, version, ProductStatus.PUBLISHED)
    if faults := await faults_of_links(work, product):
        raise Conflict(" ".join(text for _, text in faults))
    product.published_on = work.clock.today()
    former = await supersede(work, product)
    await work.save(product)
    work.publish(
        ProductPublished(
            **_told(product),
            kind=product.kind.value,
            language=product.language.value,
            # Not told further than the readers of both are.
            supersedes=former.id if former and former.audience is product.audience else None,
            published_on=product.published_on,
        )
    )
    return product


async def withdraw(
    work: UnitOfWork, product_id: UUID, version: int | None, wanted: Withdrawal
) -> Product:
    """Withdraw what was published: from then on it is read by CTED and the Committee alone."""
    product = await _take(work, product_id, version, ProductStatus.WITHDRAWN)
    product.withdrawn_on = work.clock.today()
    product.withdrawn_because = wanted.reason
    await work.save(product)
    work.publish(ProductWithdrawn(**_told(product), withdrawn_on=product.withdrawn_on))
    return product


async def list_products(
    session: AsyncSession, caller: Caller, query: ProductQuery
) -> Page[FoundProduct]:
    """The products that match the query and that the caller may read."""
    statement = _matching(caller, _readable(caller), query)
    sortable = {
        "created_at": Product.created_at,
        "published_on": func.coalesce(Product.published_on, literal(date.max)),
        "title": Product.title,
    }
    sort = query.sort or ("-relevance" if query.search else "-created_at")
    if query.search:
        statement = statement.where(found_by(query.search))
        sortable["relevance"] = relevance(query.search)
    elif sort == "-relevance":
        raise Invalid.of_field("query.sort", "Only a search is sorted by relevance.")
    statement = statement.options(defer(Product.text, raiseload=True))
    page = await paginate(
        session, statement, query, sort, sortable, Product.id, bound_to=query.search or ""
    )
    listed = page.map(FoundProduct.model_validate)
    await _leave_out_links(session, caller, listed.items)
    if query.search:
        found = await excerpts(session, [item.id for item in listed.items], query.search)
        for item in listed.items:
            item.excerpt = found[item.id]
    return listed


async def read(session: AsyncSession, caller: Caller, product_id: UUID) -> ProductRead:
    """The product, if the caller may read it."""
    product = await session.scalar(_readable(caller).where(Product.id == product_id))
    if product is None:
        raise NotFound.record("Product", product_id)
    read = ProductRead.model_validate(product)
    await _leave_out_links(session, caller, [read])
    return read


async def list_versions(
    session: AsyncSession, caller: Caller, product_id: UUID, query: VersionQuery
) -> RecordPage[ProductVersion]:
    """The saved versions of the product's text."""
    await read(session, caller, product_id)
    table = ProductVersion
    statement = select(table).where(table.product_id == product_id)
    statement = statement.options(
        defer(table.text, raiseload=True), defer(table.abstract, raiseload=True)
    )
    return await paginate(session, statement, query, query.sort, {"number": table.number}, table.id)


async def read_version(session: AsyncSession, product_id: UUID, number: int) -> ProductVersion:
    """One saved version of the product's text."""
    version = await session.scalar(
        select(ProductVersion).where(
            ProductVersion.product_id == product_id, ProductVersion.number == number
        )
    )
    if version is None:
        raise NotFound(f"No text was saved as version {number}; see /v1/products/{product_id}.")
    return version


async def list_reviews(
    session: AsyncSession, caller: Caller, product_id: UUID, query: HistoryQuery
) -> RecordPage[ProductReview]:
    """The reviews of the product."""
    await read(session, caller, product_id)
    table = ProductReview
    statement = select(table).where(table.product_id == product_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


def _readable(caller: Caller) -> Select[Product]:
    """CTED and the Committee read all; others what was published to an audience of theirs (¶23)."""
    if caller.is_cted_or_committee:
        return select(Product)
    return select(Product).where(
        Product.status.in_((ProductStatus.PUBLISHED, ProductStatus.SUPERSEDED)),
        Product.audience.in_(Audience.open_to(caller)),
    )


async def _leave_out_links(
    session: AsyncSession, caller: Caller, products: Sequence[ProductSummary]
) -> None:
    """Leave out the links to products that the caller may not read."""
    linked = {getattr(product, name) for product in products for name in _LINKS} - {None}
    readable = set(
        await session.scalars(
            _readable(caller).with_only_columns(Product.id).where(Product.id.in_(linked))
        )
    )
    for product in products:
        for name in _LINKS:
            if getattr(product, name) not in readable:
                setattr(product, name, None)


def _matching(caller: Caller, statement: Select[Product], query: ProductQuery) -> Select[Product]:
    if query.translation_of:
        original = _readable(caller).with_only_columns(Product.id).correlate(None)
        statement = statement.where(
            Product.translation_of.in_(original.where(Product.id == query.translation_of))
        )
    for name in ("kind", "language", "audience"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(getattr(Product, name) == value)
    for name, value in (
        ("themes", query.theme),
        ("resolutions", query.resolution),
        ("tags", query.tag),
        ("member_states", query.member_state),
    ):
        if value is not None:
            statement = statement.where(getattr(Product, name).contains([value]))
    if query.status:
        return statement.where(Product.status == query.status)
    return statement.where(Product.status.not_in(NO_LONGER_CURRENT))


async def _take(
    work: UnitOfWork, product_id: UUID, version: int | None, status: ProductStatus
) -> Product:
    product = await work.get(Product, product_id, version=version, locked=True)
    require_step("product", product.status, status, FREE_STEPS)
    product.status = status
    await work.save(product)
    return product


async def _keep_version(work: UnitOfWork, caller: Caller, product: Product) -> None:
    await work.save(
        ProductVersion(
            product_id=product.id,
            number=product.version,
            title=product.title,
            abstract=product.abstract,
            text=product.text,
            saved_by=caller.subject,
        )
    )


async def _require_another(work: UnitOfWork, caller: Caller, product: Product) -> None:
    """Whoever wrote any of the text does not review it."""
    own = select(ProductVersion.id).where(
        ProductVersion.product_id == product.id, ProductVersion.saved_by == caller.subject
    )
    if await work.session.scalar(select(own.exists())):
        raise Forbidden("You wrote of this text: someone else reviews it.")


async def _check_links(work: UnitOfWork, product: Product) -> None:
    require_sound(
        await faults_of_links(work, product), "The product is not linked rightly to others."
    )


def _told(product: Product) -> dict[str, object]:
    return {
        "product_id": product.id,
        "title": announced_title(product.title, product.kind, product.audience),
        "theme": product.themes[0],
        "audience": product.audience.value,
    }
