"""The delivery log over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.notifications.delivery import service
from services.notifications.delivery.schemas import DeliveryDetail, DeliveryQuery, DeliveryRead
from shared.auth import AnyCaller
from shared.database import Page, ReadSession, TransactionalRoute
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def list_deliveries(
    caller: AnyCaller, session: ReadSession, query: Annotated[DeliveryQuery, Query()]
) -> Page[DeliveryRead]:
    """Deliveries to the caller's webhooks, newest first; operators see everyone's."""
    return (await service.list_deliveries(session, caller, query)).map(DeliveryRead.model_validate)


@router.get("/{delivery_id}", responses=problem_responses(NotFound))
async def read_delivery(
    caller: AnyCaller, session: ReadSession, delivery_id: UUID
) -> DeliveryDetail:
    """One delivery with every attempt and the first bytes of each answer."""
    return await service.read(session, caller, delivery_id)
