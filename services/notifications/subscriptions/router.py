"""Webhooks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.notifications.delivery import service as delivery
from services.notifications.delivery.schemas import DeliveryRead
from services.notifications.subscriptions import service
from services.notifications.subscriptions.schemas import (
    Replay,
    Replayed,
    SecretRotated,
    SubscriptionChange,
    SubscriptionCreate,
    SubscriptionCreated,
    SubscriptionQuery,
    SubscriptionRead,
)
from shared.auth import AnyCaller
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

router = APIRouter(
    prefix="/v1/subscriptions", tags=["subscriptions"], route_class=TransactionalRoute
)


def _is_development(request: Request) -> bool:
    return bool(request.app.state.settings.environment == "development")


Development = Annotated[bool, Depends(_is_development)]


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def register_subscription(
    caller: AnyCaller,
    work: WriteSession,
    wanted: SubscriptionCreate,
    development: Development,
    response: Response,
) -> SubscriptionCreated:
    """Register a webhook; what it may receive follows from the caller's role and claims (¶23)."""
    subscription = await service.register(work, caller, wanted, development=development)
    created(response, f"/v1/subscriptions/{subscription.id}", subscription.version)
    return SubscriptionCreated.model_validate(subscription)


@router.get("", responses=problem_responses())
async def list_subscriptions(
    caller: AnyCaller, session: ReadSession, query: Annotated[SubscriptionQuery, Query()]
) -> Page[SubscriptionRead]:
    """The caller's webhooks; operators see everyone's."""
    page = await service.list_subscriptions(session, caller, query)
    return page.map(SubscriptionRead.model_validate)


@router.get("/{subscription_id}", responses=problem_responses(NotFound))
async def read_subscription(
    caller: AnyCaller, session: ReadSession, subscription_id: UUID, response: Response
) -> SubscriptionRead:
    """One webhook."""
    subscription = await service.read(session, caller, subscription_id)
    set_etag(response, subscription.version)
    return SubscriptionRead.model_validate(subscription)


@router.patch("/{subscription_id}", responses=problem_responses(NotFound, PreconditionFailed))
async def change_subscription(
    caller: AnyCaller,
    work: WriteSession,
    subscription_id: UUID,
    version: RequiredVersion,
    wanted: SubscriptionChange,
    development: Development,
    response: Response,
) -> SubscriptionRead:
    """Change address or filters, pause or resume; replay what was missed meanwhile."""
    subscription = await service.change(
        work, caller, subscription_id, version, wanted, development=development
    )
    set_etag(response, subscription.version)
    return SubscriptionRead.model_validate(subscription)


@router.delete("/{subscription_id}", status_code=204, responses=problem_responses(NotFound))
async def end_subscription(caller: AnyCaller, work: WriteSession, subscription_id: UUID) -> None:
    """End a webhook; nothing more is sent, and its log is deleted."""
    await service.end(work, caller, subscription_id)


@router.post(
    "/{subscription_id}/secret-rotations",
    status_code=201,
    responses=problem_responses(NotFound, PreconditionFailed),
)
async def rotate_secret(
    caller: AnyCaller,
    work: WriteSession,
    subscription_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> SecretRotated:
    """Make a new secret; for 24 hours deliveries carry the signatures of both."""
    subscription = await service.rotate_secret(work, caller, subscription_id, version)
    created(response, f"/v1/subscriptions/{subscription.id}", subscription.version)
    return SecretRotated.model_validate(subscription, from_attributes=True)


@router.post(
    "/{subscription_id}/test-deliveries", status_code=201, responses=problem_responses(NotFound)
)
async def send_test_delivery(
    caller: AnyCaller, work: WriteSession, subscription_id: UUID, response: Response
) -> DeliveryRead:
    """Send a delivery of the type test-delivery, to see whether the endpoint takes it."""
    subscription = await service.own(work, caller, subscription_id)
    planned = await delivery.plan_test(work, subscription)
    response.headers["Location"] = f"/v1/deliveries/{planned.id}"
    return DeliveryRead.model_validate(planned)


@router.post("/{subscription_id}/replays", status_code=202, responses=problem_responses(NotFound))
async def replay(
    caller: AnyCaller, work: WriteSession, subscription_id: UUID, wanted: Replay
) -> Replayed:
    """Deliver again what happened since, each event with the same webhook-id as before."""
    subscription = await service.own(work, caller, subscription_id)
    return Replayed(deliveries=await delivery.replay(work, subscription, wanted.since))
