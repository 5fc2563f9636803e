"""Keeps events, plans a delivery for each subscription that may receive one, and finds them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from services.assessment.events import ConfidentialityChanged
from services.notifications.catalogue import EVENT_TYPES, types_about
from services.notifications.deadlines.rules import KEPT_BETWEEN
from services.notifications.delivery.models import Attempt, Delivery, DeliveryStatus, KeptEvent
from services.notifications.delivery.schemas import (
    AttemptRead,
    DeliveryDetail,
    DeliveryQuery,
    DeliveryRead,
)
from services.notifications.events import DeliveryFailed
from services.notifications.subscriptions.models import Subscription
from services.notifications.subscriptions.rules import Facts, Subscriber, may_receive, wants
from shared.auth import Audience, Caller, Role
from shared.database import RecordPage, UnitOfWork, new_id, paginate
from shared.errors import NotFound
from shared.events import Envelope, Event

NOTIFY_CHANNEL = "ctc_deliveries"
TEST_TYPE = "org.un.ctc.notifications.test-delivery.v1"


async def keep_and_plan(work: UnitOfWork, event: Event, envelope: Envelope) -> None:
    """Keep the event and plan its deliveries, in the transaction that handles it."""
    data = event.model_dump()
    kept = KeptEvent(
        id=envelope.id,
        type=event.type,
        member_state=data.get("member_state"),
        confidential=data.get("confidential", False) or data.get("duty") in KEPT_BETWEEN,
        theme=data.get("theme"),
        audience=Audience(data.get("audience", Audience.PUBLIC)),
        not_for=event.subscription_id if isinstance(event, DeliveryFailed) else None,
        occurred_at=envelope.time,
        payload=envelope.model_dump_json(exclude_none=True),
    )
    work.session.add(kept)
    await work.session.flush()
    facts = facts_of(kept)
    subscriptions = await work.session.scalars(
        select(Subscription)
        .where(
            Subscription.paused.is_(False),
            or_(Subscription.event_types == [], Subscription.event_types.contains([facts.type])),
        )
        .options(
            load_only(
                Subscription.id,
                Subscription.roles,
                Subscription.member_state,
                Subscription.event_types,
                Subscription.member_states,
                Subscription.themes,
            )
        )
    )
    receiving = [one.id for one in subscriptions if is_for(one, facts)]
    await _plan(work, [(subscription_id, kept.id) for subscription_id in receiving])


async def mark(work: UnitOfWork, event: ConfidentialityChanged) -> None:
    """Decide deliveries yet to come, and replays, of what was told of the record anew (¶23).

    Everything that mentions what is now confidential is; what is lifted opens the record's own
    events alone, since others that mention it may be confidential for a reason of their own.
    """
    mentions = update(KeptEvent).where(
        KeptEvent.member_state == event.member_state,
        KeptEvent.payload.contains(str(event.record_id), autoescape=True),
    )
    if not event.confidential:
        mentions = mentions.where(KeptEvent.type.in_(types_about(event.kind)))
    await work.session.execute(mentions.values(confidential=event.confidential))


async def plan_test(work: UnitOfWork, subscription: Subscription) -> Delivery:
    """Plan a delivery that says nothing but that deliveries arrive."""
    now = work.clock.now()
    envelope = Envelope(
        id=new_id(),
        source=f"/ctc/{work.service}",
        type=TEST_TYPE,
        subject="programme",
        time=now,
        data={"subscription_id": str(subscription.id)},
    )
    work.session.add(
        KeptEvent(
            id=envelope.id,
            type=TEST_TYPE,
            confidential=False,
            occurred_at=now,
            payload=envelope.model_dump_json(exclude_none=True),
        )
    )
    delivery = Delivery(id=new_id(), subscription_id=subscription.id, event_id=envelope.id)
    work.session.add(delivery)
    await work.session.flush()
    await work.session.refresh(delivery)
    await _wake(work)
    return delivery


async def replay(work: UnitOfWork, subscription: Subscription, since: datetime) -> int:
    """Deliver again every kept event since then that the subscription is for; how many."""
    kept = await work.session.scalars(
        select(KeptEvent).where(KeptEvent.occurred_at >= since, KeptEvent.type.in_(EVENT_TYPES))
    )
    again = [event.id for event in kept if is_for(subscription, facts_of(event))]
    await _plan(work, [(subscription.id, event_id) for event_id in again], anew=True)
    return len(again)


async def list_deliveries(
    session: AsyncSession, caller: Caller, query: DeliveryQuery
) -> RecordPage[Delivery]:
    """The deliveries of the caller's webhooks; for an operator, of everyone's."""
    statement = _visible(caller)
    if query.subscription_id:
        statement = statement.where(Delivery.subscription_id == query.subscription_id)
    if query.status:
        statement = statement.where(Delivery.status == query.status)
    sortable = {"planned_at": Delivery.planned_at}
    return await paginate(session, statement, query, query.sort, sortable, Delivery.id)


async def read(session: AsyncSession, caller: Caller, delivery_id: UUID) -> DeliveryDetail:
    """One delivery with its attempts."""
    delivery = await session.scalar(_visible(caller).where(Delivery.id == delivery_id))
    if delivery is None:
        raise NotFound.record("Delivery", delivery_id)
    attempts = await session.scalars(
        select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)
    )
    known = DeliveryRead.model_validate(delivery)
    return DeliveryDetail.model_construct(
        **dict(known), log=[AttemptRead.model_validate(attempt) for attempt in attempts]
    )


def facts_of(kept: KeptEvent) -> Facts:
    """What decides who may receive the event."""
    return Facts(
        kept.type,
        kept.member_state,
        kept.confidential,
        kept.theme,
        kept.not_for,
        kept.audience.readers,
    )


def subscriber_of(subscription: Subscription) -> Subscriber:
    """Whose claims decide."""
    return Subscriber(subscription.id, frozenset(subscription.roles), subscription.member_state)


def is_for(subscription: Subscription, facts: Facts) -> bool:
    """Whether the subscription both may receive the event and asked for it."""
    return may_receive(subscriber_of(subscription), facts) and wants(
        facts, subscription.event_types, subscription.member_states, subscription.themes
    )


async def _plan(
    work: UnitOfWork, pairs: Sequence[tuple[UUID, UUID]], *, anew: bool = False
) -> None:
    """Insert a delivery for each pair of subscription and event, in one statement."""
    if not pairs:
        return
    statement = insert(Delivery).from_select(
        ["id", "subscription_id", "event_id"],
        select(
            _unnested([new_id() for _ in pairs]),
            _unnested([subscription_id for subscription_id, _ in pairs]),
            _unnested([event_id for _, event_id in pairs]),
        ),
        include_defaults=False,
    )
    if anew:
        statement = statement.on_conflict_do_update(
            index_elements=["subscription_id", "event_id"],
            set_={
                "status": DeliveryStatus.PENDING,
                "attempts": 0,
                "planned_at": func.now(),
                "next_attempt_at": func.now(),
                "leased_until": None,
                "finished_at": None,
            },
        )
    await work.session.execute(statement)
    await _wake(work)


def _unnested(ids: Iterable[UUID]) -> ColumnElement[UUID]:
    return func.unnest(literal(list(ids), ARRAY(Uuid)))


async def _wake(work: UnitOfWork) -> None:
    await work.session.execute(text(f"NOTIFY {NOTIFY_CHANNEL}"))


def _visible(caller: Caller) -> Select[Delivery]:
    """An operator's list of others' deliveries shows what any reader of the API may know of."""
    statement = select(Delivery).join(Subscription, Subscription.id == Delivery.subscription_id)
    own = Subscription.owner == caller.subject
    if Role.OPERATOR not in caller.roles:
        return statement.where(own)
    is_open = select(KeptEvent.id).where(
        KeptEvent.id == Delivery.event_id,
        KeptEvent.confidential.is_(False),
        KeptEvent.audience == Audience.PUBLIC,
    )
    return statement.where(or_(own, is_open.exists()))
