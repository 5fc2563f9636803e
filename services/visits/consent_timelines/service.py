"""Keeps each State's timeline of consent, in the transaction in which something happens."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consent_timelines.models import Moment, MomentKind
from services.visits.consent_timelines.rules import told
from services.visits.consent_timelines.schemas import TimelineQuery
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.events import StateEvent
from shared.events.topics import name_of


def tell(work: UnitOfWork, event: StateEvent, words: str = "") -> None:
    """Publish an event on a State's way to a visit, and keep it in the State's timeline.

    `words` is the free text of the event, which a confidential one does not carry.
    """
    work.publish(event)
    keep_event(work, event, words, confidential=event.confidential)


def keep_event(work: UnitOfWork, event: StateEvent, words: str = "", *, confidential: bool) -> None:
    """Keep an event of this or another service in the State's timeline."""
    moment = told(name_of(event.type), event.model_dump())
    keep(
        work,
        event.member_state,
        MomentKind(moment.kind),
        moment.text,
        moment.record,
        moment.record_id,
        words=words,
        confidential=confidential,
    )


def keep(
    work: UnitOfWork,
    member_state: str,
    kind: MomentKind,
    text: str,
    record: str,
    record_id: UUID,
    *,
    words: str = "",
    confidential: bool = False,
) -> None:
    """Keep a moment in a State's timeline."""
    work.session.add(
        Moment(
            member_state=member_state,
            confidential=confidential,
            happened_on=work.cause.time.date() if work.cause else work.clock.today(),
            kind=kind,
            text=text,
            words=words,
            record=record,
            record_id=record_id,
        )
    )


async def keep_confidential(work: UnitOfWork, record_id: UUID) -> None:
    """Treat what is told of a record as confidential from now on (¶23)."""
    await work.session.execute(
        update(Moment).where(Moment.record_id == record_id).values(confidential=True)
    )


async def list_moments(
    session: AsyncSession, caller: Caller, member_state: str, query: TimelineQuery
) -> RecordPage[Moment]:
    """What happened on a State's way to its visits, in order; a State sees its own."""
    caller.require_state(member_state)
    statement = visible_to(caller, select(Moment), Moment).where(
        Moment.member_state == member_state
    )
    if query.kind:
        statement = statement.where(Moment.kind.in_(query.kind))
    if query.since:
        statement = statement.where(Moment.happened_on >= query.since)
    if query.until:
        statement = statement.where(Moment.happened_on <= query.until)
    sortable = {"happened_on": Moment.happened_on}
    return await paginate(session, statement, query, query.sort, sortable, Moment.id)
