"""Tells each party of each event, and keeps who has read what."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, false, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.notifications.inbox.models import Message, Reading
from services.notifications.inbox.rules import MAY_KNOW_CONFIDENTIAL, Party, parties_told
from services.notifications.inbox.schemas import MessageQuery, MessageRead
from services.notifications.inbox.titles import title_of
from shared.auth import COMMITTEE, CTED, Caller, Role
from shared.database import Page, UnitOfWork, new_id, paginate
from shared.errors import NotFound
from shared.events import Envelope, Event
from shared.events.topics import name_of

_PARTY_OF = {
    **dict.fromkeys(CTED, Party.CTED),
    **dict.fromkeys(COMMITTEE, Party.COMMITTEE),
    Role.OCT: Party.OCT,
    Role.UN_ENTITY: Party.UN_ENTITY,
    Role.CIVIL_SOCIETY: Party.CIVIL_SOCIETY,
    Role.OPERATOR: Party.OPERATOR,
}


async def tell(work: UnitOfWork, event: Event, envelope: Envelope) -> None:
    """Write one message for each audience of the event."""
    data = event.model_dump()
    member_state = data.get("member_state")
    audiences = parties_told(
        name_of(event.type),
        member_state,
        data.get("provider") or data.get("organisation"),
        confidential=data.get("confidential", False),
        owed_by=data.get("owed_by"),
        audience=data.get("audience", "public"),
    )
    about = {
        name: str(value)
        for name, value in data.items()
        if name.endswith("_id") and isinstance(value, UUID)
    }
    rows = [
        {
            "id": new_id(),
            "event_id": envelope.id,
            "event_type": event.type,
            "member_state": member_state,
            "title": title_of(event.type, data),
            "about": about,
            "occurred_at": envelope.time,
            "party": audience.party,
            "to_member_state": audience.member_state,
            "to_organisation": audience.organisation,
        }
        for audience in audiences
    ]
    if rows:
        await work.session.execute(insert(Message), rows)


async def withhold(work: UnitOfWork, record_id: UUID, member_state: str) -> None:
    """Take back what others than those who may know it were told of the record (¶23)."""
    told_of_it = Message.about.path_exists(f'$.* ? (@ == "{record_id}")')
    await work.session.execute(
        delete(Message).where(
            Message.member_state == member_state,
            Message.party.not_in(MAY_KNOW_CONFIDENTIAL),
            told_of_it,
        )
    )


async def list_messages(
    session: AsyncSession, caller: Caller, query: MessageQuery
) -> Page[MessageRead]:
    """The caller's inbox."""
    statement = select(Message).where(_addressed_to(caller))
    if query.event_type:
        statement = statement.where(Message.event_type == query.event_type)
    if query.member_state:
        statement = statement.where(Message.member_state == query.member_state)
    if query.unread is not None:
        was_read = exists().where(
            Reading.message_id == Message.id, Reading.subject == caller.subject
        )
        statement = statement.where(~was_read if query.unread else was_read)
    sortable = {"occurred_at": Message.occurred_at}
    page = await paginate(session, statement, query, query.sort, sortable, Message.id)
    read = await _read_of(session, caller, [message.id for message in page.records])
    return page.map(lambda message: MessageRead.of(message, read=message.id in read))


async def mark_read(work: UnitOfWork, caller: Caller, message_id: UUID) -> MessageRead:
    """Keep that this person has read the message; once is enough."""
    message = await work.session.scalar(
        select(Message).where(Message.id == message_id, _addressed_to(caller))
    )
    if message is None:
        raise NotFound.record("Message", message_id)
    await work.session.execute(
        upsert(Reading)
        .values(message_id=message.id, subject=caller.subject, read_at=work.clock.now())
        .on_conflict_do_nothing()
    )
    return MessageRead.of(message, read=True)


def _addressed_to(caller: Caller) -> ColumnElement[bool]:
    audiences = [
        Message.party == party
        for party in {_PARTY_OF[role] for role in caller.roles if role in _PARTY_OF}
    ]
    if Role.MEMBER_STATE in caller.roles:
        audiences.append(_narrowed(Party.STATE, Message.to_member_state, caller.member_state))
    if Role.PARTNER in caller.roles:
        audiences.append(_narrowed(Party.PROVIDER, Message.to_organisation, caller.organisation))
    return or_(false(), *audiences)


def _narrowed(
    party: Party, column: InstrumentedAttribute[str | None], own: str | None
) -> ColumnElement[bool]:
    return and_(Message.party == party, or_(column.is_(None), column == own))


async def _read_of(
    session: AsyncSession, caller: Caller, message_ids: Collection[UUID]
) -> set[UUID]:
    return set(
        await session.scalars(
            select(Reading.message_id).where(
                Reading.subject == caller.subject, Reading.message_id.in_(message_ids)
            )
        )
    )
