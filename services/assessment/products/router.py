"""Products over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.assessment.products import service
from services.assessment.products.schemas import (
    FoundProduct,
    ProductCreate,
    ProductQuery,
    ProductRead,
    ProductUpdate,
    Review,
    ReviewRead,
    VersionQuery,
    VersionRead,
    VersionSummary,
    Withdrawal,
)
from shared.auth import AnyCaller, CtedCaller, CtedLead, CtedOrCommittee
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
from shared.exports import exported

router = APIRouter(prefix="/v1/products", tags=["products"], route_class=TransactionalRoute)
_CHANGES = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_product(
    caller: CtedCaller, work: WriteSession, wanted: ProductCreate, response: Response
) -> ProductRead:
    """Draft an analytical product (¶18, ¶26)."""
    product = await service.draft(work, caller, wanted)
    created(response, f"/v1/products/{product.id}", product.version)
    return ProductRead.model_validate(product)


@exported(router)
@router.get("", responses=problem_responses())
async def list_products(
    caller: AnyCaller, session: ReadSession, query: Annotated[ProductQuery, Query()]
) -> Page[FoundProduct]:
    """Products, listed or searched: those published to an audience of the caller's (¶23, ¶26)."""
    return await service.list_products(session, caller, query)


@router.get("/{product_id}", responses=problem_responses(NotFound))
async def read_product(
    caller: AnyCaller, session: ReadSession, product_id: UUID, response: Response
) -> ProductRead:
    """One product with its text."""
    product = await service.read(session, caller, product_id)
    set_etag(response, product.version)
    return product


@router.patch("/{product_id}", responses=_CHANGES)
async def revise_product(
    caller: CtedCaller,
    work: WriteSession,
    product_id: UUID,
    version: RequiredVersion,
    wanted: ProductUpdate,
    response: Response,
) -> ProductRead:
    """Change a draft; every version of its text is kept."""
    product = await service.revise(work, caller, product_id, version, wanted)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)


@router.post("/{product_id}/submission", responses=_CHANGES)
async def submit_product(
    caller: CtedCaller,
    work: WriteSession,
    product_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ProductRead:
    """Submit a draft to review."""
    product = await service.submit(work, product_id, version)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)


@router.post("/{product_id}/review", responses=_CHANGES)
async def review_product(
    caller: CtedCaller,
    work: WriteSession,
    product_id: UUID,
    version: OptionalVersion,
    decided: Review,
    response: Response,
) -> ProductRead:
    """Remark on a product, return it, or approve it as a lead; never as one of its writers."""
    product = await service.review(work, caller, product_id, version, decided)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)


@exported(router)
@router.get("/{product_id}/reviews", responses=problem_responses(NotFound))
async def list_product_reviews(
    caller: CtedOrCommittee,
    session: ReadSession,
    product_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[ReviewRead]:
    """What the reviews of a product said, who gave them and when."""
    page = await service.list_reviews(session, caller, product_id, query)
    return page.map(ReviewRead.model_validate)


@exported(router)
@router.get("/{product_id}/versions", responses=problem_responses(NotFound))
async def list_product_versions(
    caller: CtedOrCommittee,
    session: ReadSession,
    product_id: UUID,
    query: Annotated[VersionQuery, Query()],
) -> Page[VersionSummary]:
    """The versions of a product's text, who saved them and when."""
    page = await service.list_versions(session, caller, product_id, query)
    return page.map(VersionSummary.model_validate)


@router.get("/{product_id}/versions/{number}", responses=problem_responses(NotFound))
async def read_product_version(
    caller: CtedOrCommittee,
    session: ReadSession,
    product_id: UUID,
    number: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> VersionRead:
    """A product's text as it was saved."""
    return VersionRead.model_validate(await service.read_version(session, product_id, number))


@router.post("/{product_id}/publication", responses=_CHANGES)
async def publish_product(
    caller: CtedLead,
    work: WriteSession,
    product_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ProductRead:
    """Publish an approved product; the edition that it follows is superseded."""
    product = await service.publish(work, product_id, version)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)


@router.post("/{product_id}/withdrawal", responses=_CHANGES)
async def withdraw_product(
    caller: CtedLead,
    work: WriteSession,
    product_id: UUID,
    version: OptionalVersion,
    wanted: Withdrawal,
    response: Response,
) -> ProductRead:
    """Withdraw a published product, with the reason."""
    product = await service.withdraw(work, product_id, version, wanted)
    set_etag(response, product.version)
    return ProductRead.model_validate(product)
