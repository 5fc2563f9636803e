"""A small pair of services to try the backbone on: notes are written, and copied by their events.

They borrow the names of two real services, on databases of their own.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, FastAPI, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Identity, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.app import Settings, create_service
from shared.auth import AnyCaller, Caller, Role
from shared.database import (
    Base,
    ListQuery,
    Page,
    ReadSession,
    Record,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    paginate,
    set_etag,
)
from shared.database.unit_of_work import UnitOfWork
from shared.events import StateEvent
from shared.exports import exported
from shared.scheduling import DueJob

FAULTS: dict[str, list[Exception]] = defaultdict(list)
"""What handling, writing, reading on or doing the job of this text raises, one after the other."""
TRIES: Counter[str] = Counter()
"""How often the copying of a text, its job or the reading of its list was begun."""
HOLDS: dict[str, asyncio.Event] = {}
"""The copying of this text, or reading on in its list, waits for its event."""


class NoteWritten(StateEvent):
    type = "org.un.ctc.assessment.note-written.v1"
    text: str
    number: int = 0


class NoteCopied(StateEvent):
    type = "org.un.ctc.visits.note-copied.v1"
    text: str
    number: int = 0


class Note(Record):
    __tablename__ = "backbone_notes"

    member_state: Mapped[str]
    text: Mapped[str]
    rank: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date | None]
    facts: Mapped[dict[str, Any]]


class Copy(Base):
    __tablename__ = "backbone_copies"

    position: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    member_state: Mapped[str]
    text: Mapped[str]
    number: Mapped[int]


class NoteWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    member_state: str = "KEN"
    text: str
    rank: int = 0
    day: date | None = None
    facts: dict[str, Any] = Field(default_factory=dict)
    events: int = 1


class NoteRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    rank: int
    version: int


class NoteQuery(ListQuery):
    rank: int | None = None
    text: str | None = None
    since: date | None = None
    sort: Literal["rank", "-rank", "text", "created_at"] = "rank"


router = APIRouter(prefix="/v1", tags=["notes"], route_class=TransactionalRoute)


@router.post("/notes", status_code=201)
async def write(
    caller: AnyCaller, work: WriteSession, response: Response, wanted: NoteWrite, loud: str = ""
) -> NoteRead:
    note = Note(
        member_state=wanted.member_state,
        text=wanted.text + loud,
        rank=wanted.rank,
        day=wanted.day,
        facts=wanted.facts,
    )
    await work.save(note)
    work.publish(
        *(
            NoteWritten(member_state=wanted.member_state, text=wanted.text, number=number)
            for number in range(wanted.events)
        )
    )
    if wanted.text.startswith("slow"):
        await asyncio.sleep(1)
    if FAULTS[wanted.text]:
        raise FAULTS[wanted.text].pop(0)
    created(response, f"/v1/notes/{note.id}", note.version)
    response.headers["x-shelf"] = "3"
    return NoteRead.model_validate(note)


@router.patch("/notes/{note_id}")
async def rewrite(
    caller: AnyCaller,
    work: WriteSession,
    response: Response,
    note_id: UUID,
    wanted: NoteWrite,
    version: RequiredVersion,
) -> NoteRead:
    note = await work.get(Note, note_id, version=version)
    note.text = wanted.text
    if wanted.text in HOLDS:
        await HOLDS[wanted.text].wait()
    await work.save(note)
    work.publish(NoteWritten(member_state=note.member_state, text=wanted.text))
    set_etag(response, note.version)
    return NoteRead.model_validate(note)


@exported(router)
@router.get("/notes")
async def notes(
    caller: AnyCaller, session: ReadSession, query: Annotated[NoteQuery, Query()]
) -> Page[NoteRead]:
    text = query.text or ""
    TRIES[text] += 1
    if query.cursor and text in HOLDS:
        await HOLDS[text].wait()
    if query.cursor and FAULTS[text]:
        raise FAULTS[text].pop(0)
    statement = select(Note)
    if query.rank is not None:
        statement = statement.where(Note.rank == query.rank)
    if query.text is not None:
        statement = statement.where(Note.text == query.text)
    if query.since is not None:
        statement = statement.where(Note.day >= query.since)
    sortable = {"rank": Note.rank, "text": Note.text, "created_at": Note.created_at}
    page = await paginate(session, statement, query, query.sort, sortable, Note.id)
    return page.map(NoteRead.model_validate)


@router.post("/silences", status_code=204)
async def keep_silent(caller: AnyCaller, work: WriteSession) -> None:
    work.publish(NoteWritten(member_state="KEN", text="silence"))


@router.post("/recitals")
async def recite(caller: AnyCaller, work: WriteSession) -> StreamingResponse:
    work.publish(NoteWritten(member_state="KEN", text="recital"))

    async def words() -> AsyncIterator[str]:
        for word in ("one ", "two ", "three"):
            yield word

    return StreamingResponse(words(), media_type="text/plain")


async def copy(event: NoteWritten, work: UnitOfWork) -> None:
    TRIES[event.text] += 1
    work.session.add(Copy(member_state=event.member_state, text=event.text, number=event.number))
    await work.session.flush()
    if event.text.startswith("slow"):
        await asyncio.sleep(0.5)
    if event.text in HOLDS:
        await HOLDS[event.text].wait()
    if FAULTS[event.text]:
        raise FAULTS[event.text].pop(0)
    work.publish(NoteCopied(member_state=event.member_state, text=event.text, number=event.number))


async def do(job: DueJob, work: UnitOfWork) -> None:
    TRIES[job.key] += 1
    work.session.add(Copy(member_state="KEN", text=job.key, number=0))
    await work.session.flush()
    if FAULTS[job.key]:
        raise FAULTS[job.key].pop(0)
    work.publish(NoteCopied(member_state="KEN", text=job.key * job.details.get("times", 1)))


class Trusting:
    """Takes the token's word for it: `<role>` or `<role>:<subject>`."""

    async def verify(self, token: str) -> Caller:
        role, _, subject = token.partition(":")
        return Caller(subject or role, frozenset({Role(role)}))


async def _trust(app: FastAPI) -> None:
    app.state.token_verifier = Trusting()


def create_writer(settings: Settings | None = None) -> FastAPI:
    """Writes notes, as the service `assessment`."""
    return create_service(
        "assessment",
        title="Writer",
        description="Writes notes.",
        routers=[router],
        subscriptions={},
        jobs={},
        workers=[_trust],
        settings=settings,
    )


def create_copier(settings: Settings | None = None) -> FastAPI:
    """Copies notes that it hears of, as the service `visits`."""
    return create_service(
        "visits",
        title="Copier",
        description="Copies notes.",
        routers=[router],
        subscriptions={NoteWritten: copy},
        jobs={"copy": do},
        workers=[_trust],
        settings=settings,
    )
