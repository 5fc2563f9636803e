"""Dead letters and the outbox, for operators."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update

from shared.auth import Operator
from shared.clock import FileClock
from shared.database import ListQuery, Page, ReadSession, TransactionalRoute, WriteSession, paginate
from shared.errors import Conflict, NotFound, problem_responses
from shared.events.dead_letters import DeadLetter, DeadLetterStatus, replay
from shared.events.outbox import OutboxEvent
from shared.events.relay import outbox_backlog
from shared.exports import exported

router = APIRouter(prefix="/v1/operations", tags=["operations"], route_class=TransactionalRoute)
development = APIRouter(prefix="/development", tags=["development"])


class DeadLetterRead(BaseModel):
    """A message that could not be consumed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    topic: str
    lane: int = Field(description="The Kafka partition")
    kafka_offset: int
    key: str | None
    event_id: UUID | None
    event_type: str | None
    payload: str
    error: str
    attempts: int
    status: DeadLetterStatus
    failed_at: datetime


class DeadLetterQuery(ListQuery):
    """Filters and sort of the dead letters."""

    status: DeadLetterStatus | None = None
    event_type: str | None = None
    sort: Literal["failed_at", "-failed_at"] = "-failed_at"


@exported(router)
@router.get("/dead-letters", responses=problem_responses())
async def list_dead_letters(
    caller: Operator, session: ReadSession, query: Annotated[DeadLetterQuery, Query()]
) -> Page[DeadLetterRead]:
    """The messages that this service could not consume."""
    statement = select(DeadLetter)
    if query.status:
        statement = statement.where(DeadLetter.status == query.status)
    if query.event_type:
        statement = statement.where(DeadLetter.event_type == query.event_type)
    page = await paginate(
        session, statement, query, query.sort, {"failed_at": DeadLetter.failed_at}, DeadLetter.id
    )
    return page.map(DeadLetterRead.model_validate)


@router.get("/dead-letters/{letter_id}", responses=problem_responses(NotFound))
async def read_dead_letter(
    caller: Operator, session: ReadSession, letter_id: UUID
) -> DeadLetterRead:
    """One message with its payload and error."""
    letter = await session.get(DeadLetter, letter_id)
    if letter is None:
        raise NotFound.record("dead letter", letter_id)
    return DeadLetterRead.model_validate(letter)


@router.post("/dead-letters/{letter_id}/replays", responses=problem_responses(NotFound, Conflict))
async def replay_dead_letter(
    caller: Operator, work: WriteSession, request: Request, letter_id: UUID
) -> DeadLetterRead:
    """Consume the message again, after its cause was mended."""
    letter = await work.get(DeadLetter, letter_id, locked=True)
    replayed = await replay(letter, request.app.state.subscriptions, work)
    return DeadLetterRead.model_validate(replayed)


class OutboxRead(BaseModel):
    """What the outbox holds."""

    backlog: int = Field(description="Events committed and not yet acknowledged by the broker")
    oldest_age_seconds: float
    kept_by_type: dict[str, int]


@router.get("/outbox", responses=problem_responses())
async def read_outbox(caller: Operator, session: ReadSession) -> OutboxRead:
    """Backlog and age of the outbox, and how many events of each type it keeps."""
    backlog, age = await outbox_backlog(session)
    counted = await session.execute(
        select(OutboxEvent.type, func.count()).group_by(OutboxEvent.type).order_by(OutboxEvent.type)
    )
    return OutboxRead(
        backlog=backlog,
        oldest_age_seconds=age,
        kept_by_type=dict(row for row in counted),
    )


class Republication(BaseModel):
    """From when on to publish again."""

    since: AwareDatetime


class Republished(BaseModel):
    """How many events will be published again."""

    events: int


@router.post("/outbox/republications", status_code=202, responses=problem_responses())
async def republish(caller: Operator, work: WriteSession, wanted: Republication) -> Republished:
    """Publish again every kept event stored since a point in time; consumers ignore known ones."""
    marked = await work.session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.stored_at >= wanted.since)
        .values(published_at=None)
        .returning(OutboxEvent.position)
    )
    return Republished(events=len(marked.all()))


class ClockRead(BaseModel):
    """The present, as the services see it."""

    now: AwareDatetime


class ClockSetting(BaseModel):
    """What the present shall be."""

    now: AwareDatetime = Field(
        ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)
    )


@development.get("/clock", responses=problem_responses())
async def read_clock(caller: Operator, request: Request) -> ClockRead:
    """The services' present instant."""
    return ClockRead(now=request.app.state.clock.now())


@development.put("/clock", responses=problem_responses())
async def set_clock(caller: Operator, request: Request, wanted: ClockSetting) -> ClockRead:
    """Set the present for every service of the embedded default."""
    clock = request.app.state.clock
    if not isinstance(clock, FileClock):
        raise Conflict("This service runs on the machine's clock; start it with CLOCK_FILE.")
    clock.set(wanted.now)
    return ClockRead(now=clock.now())
