"""Offers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assistance.providers import service
from services.assistance.providers.models import Offer
from services.assistance.providers.schemas import (
    OfferChange,
    OfferCreate,
    OfferQuery,
    OfferRead,
)
from shared.auth import FindingsReader, Provider
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

router = APIRouter(prefix="/v1/offers", tags=["providers"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses())
async def register_offer(
    caller: Provider, work: WriteSession, wanted: OfferCreate, response: Response
) -> OfferRead:
    """Offer assistance in the name of the caller's own organisation (¶25)."""
    offer = await service.register(work, caller, wanted)
    created(response, f"/v1/offers/{offer.id}", offer.version)
    return OfferRead.model_validate(offer)


@router.get("", responses=problem_responses())
async def list_offers(
    caller: FindingsReader, session: ReadSession, query: Annotated[OfferQuery, Query()]
) -> Page[OfferRead]:
    """What partners, donors and OCT offer."""
    return (await service.list_offers(session, query)).map(OfferRead.model_validate)


@router.get("/{offer_id}", responses=problem_responses(NotFound))
async def read_offer(
    caller: FindingsReader, session: ReadSession, offer_id: UUID, response: Response
) -> OfferRead:
    """One offer."""
    offer = await session.get(Offer, offer_id)
    if offer is None:
        raise NotFound.record("offer", offer_id)
    set_etag(response, offer.version)
    return OfferRead.model_validate(offer)


@router.patch("/{offer_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def change_offer(
    caller: Provider,
    work: WriteSession,
    offer_id: UUID,
    version: RequiredVersion,
    wanted: OfferChange,
    response: Response,
) -> OfferRead:
    """Change an offer of the caller's own organisation."""
    offer = await service.change(work, caller, offer_id, version, wanted)
    set_etag(response, offer.version)
    return OfferRead.model_validate(offer)


@router.post(
    "/{offer_id}/withdrawal", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def withdraw_offer(
    caller: Provider,
    work: WriteSession,
    offer_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> OfferRead:
    """Withdraw an offer; its unanswered matches go to other providers."""
    offer = await service.withdraw(work, caller, offer_id, version)
    set_etag(response, offer.version)
    return OfferRead.model_validate(offer)
