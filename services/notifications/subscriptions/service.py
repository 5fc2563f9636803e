"""Registers, changes and ends webhooks."""

import base64
import secrets
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.catalogue import EVENT_TYPES
from services.notifications.subscriptions.addresses import url_fault
from services.notifications.subscriptions.models import Subscription
from services.notifications.subscriptions.rules import OLD_SECRET_LIVES
from services.notifications.subscriptions.schemas import (
    SubscriptionChange,
    SubscriptionCreate,
    SubscriptionQuery,
)
from shared.auth import Caller, Role
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import NotFound, require_sound

_SECRET_BYTES = 32


async def register(
    work: UnitOfWork, caller: Caller, wanted: SubscriptionCreate, *, development: bool
) -> Subscription:
    """Register the caller's webhook, with the caller's claims."""
    _check(wanted, development=development)
    subscription = Subscription(
        **wanted.model_dump(), owner=caller.subject, secret=_new_secret(), **_claims(caller)
    )
    await work.save(subscription)
    return subscription


async def change(
    work: UnitOfWork,
    caller: Caller,
    subscription_id: UUID,
    version: int | None,
    wanted: SubscriptionChange,
    *,
    development: bool,
) -> Subscription:
    """Change address, filters or pause; the claims become those of today."""
    _check(wanted, development=development)
    subscription = await own(work, caller, subscription_id, version)
    for name, value in wanted.model_dump(exclude_unset=True).items():
        setattr(subscription, name, value)
    for name, value in _claims(caller).items():
        setattr(subscription, name, value)
    if wanted.paused is False:
        subscription.pause_reason = None
        subscription.failures = subscription.give_ups = 0
        subscription.held_until = None
    elif wanted.paused:
        subscription.pause_reason = "by its owner"
    await work.save(subscription)
    return subscription


async def end(work: UnitOfWork, caller: Caller, subscription_id: UUID) -> None:
    """Delete the webhook with its deliveries; operators may do so for others."""
    subscription = await _locked(work, _visible(caller), subscription_id, None)
    await work.session.delete(subscription)


async def rotate_secret(
    work: UnitOfWork, caller: Caller, subscription_id: UUID, version: int | None
) -> Subscription:
    """Make a new secret; the old one signs too for a while."""
    subscription = await own(work, caller, subscription_id, version)
    subscription.previous_secret = subscription.secret
    subscription.previous_secret_until = work.clock.now() + OLD_SECRET_LIVES
    subscription.secret = _new_secret()
    await work.save(subscription)
    return subscription


async def own(
    work: UnitOfWork, caller: Caller, subscription_id: UUID, version: int | None = None
) -> Subscription:
    """The caller's own webhook, locked.

    Raises:
        NotFound: it is not the caller's, or there is none.
        PreconditionFailed: it has another version than expected.
    """
    owned = select(Subscription).where(Subscription.owner == caller.subject)
    return await _locked(work, owned, subscription_id, version)


async def list_subscriptions(
    session: AsyncSession, caller: Caller, query: SubscriptionQuery
) -> RecordPage[Subscription]:
    """The caller's webhooks; an operator's list holds everyone's."""
    statement = _visible(caller)
    if query.paused is not None:
        statement = statement.where(Subscription.paused == query.paused)
    sortable = {"created_at": Subscription.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Subscription.id)


async def read(session: AsyncSession, caller: Caller, subscription_id: UUID) -> Subscription:
    """One webhook of the caller's, or anyone's for an operator."""
    subscription = await session.scalar(_visible(caller).where(Subscription.id == subscription_id))
    if subscription is None:
        raise NotFound.record("Subscription", subscription_id)
    return subscription


async def _locked(
    work: UnitOfWork,
    statement: Select[Subscription],
    subscription_id: UUID,
    version: int | None,
) -> Subscription:
    subscription = await work.session.scalar(
        statement.where(Subscription.id == subscription_id).with_for_update()
    )
    if subscription is None:
        raise NotFound.record("Subscription", subscription_id)
    subscription.check_version(version)
    return subscription


def _visible(caller: Caller) -> Select[Subscription]:
    statement = select(Subscription)
    if Role.OPERATOR in caller.roles:
        return statement
    return statement.where(Subscription.owner == caller.subject)


def _claims(caller: Caller) -> dict[str, object]:
    return {
        "roles": sorted(caller.roles),
        "member_state": caller.member_state,
        "organisation": caller.organisation,
    }


def _check(wanted: SubscriptionCreate | SubscriptionChange, *, development: bool) -> None:
    faults = [
        (f"event_types.{n}", f"{name!r} is no event type; see /docs.")
        for n, name in enumerate(wanted.event_types or [])
        if name not in EVENT_TYPES
    ]
    if wanted.url is not None and (fault := url_fault(wanted.url, development=development)):
        faults.append(("url", fault))
    require_sound(faults, "The subscription is not valid.")


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
