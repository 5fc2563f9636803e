"""Drafts, publishes and finds instruments."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.instruments.models import Instrument, InstrumentStatus
from services.assessment.instruments.rules import (
    FREE_STEPS,
    Fault,
    Section,
    instrument_faults,
    questions_of,
)
from services.assessment.instruments.schemas import (
    InstrumentDraft,
    InstrumentQuery,
    as_sections,
    sections_of,
)
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, take_turn
from shared.errors import Conflict, FieldError, Invalid, NotFound, require_step

_PUBLISHED: dict[UUID, tuple[Section, ...]] = {}
_MOST_KEPT = 64


async def draft(work: UnitOfWork, wanted: InstrumentDraft) -> Instrument:
    """Keep a draft, if a State could answer it."""
    instrument = Instrument(status=InstrumentStatus.DRAFT)
    return await _write(work, instrument, wanted)


async def revise(
    work: UnitOfWork, instrument_id: UUID, version: int | None, wanted: InstrumentDraft
) -> Instrument:
    """Replace what the draft holds."""
    return await _write(work, await _draft_of(work, instrument_id, version), wanted)


async def discard(work: UnitOfWork, instrument_id: UUID, version: int | None) -> None:
    """Forget the draft."""
    await work.session.delete(await _draft_of(work, instrument_id, version))


async def publish(work: UnitOfWork, instrument_id: UUID, version: int | None) -> Instrument:
    """Publish the draft as the next edition of its code."""
    instrument = await work.get(Instrument, instrument_id, version=version, locked=True)
    require_step("instrument", instrument.status, InstrumentStatus.PUBLISHED, FREE_STEPS)
    await take_turn(work.session, f"edition {instrument.code}")
    latest = await work.session.scalar(
        select(func.max(Instrument.edition)).where(Instrument.code == instrument.code)
    )
    instrument.edition = (latest or 0) + 1
    instrument.status = InstrumentStatus.PUBLISHED
    instrument.published_on = work.clock.today()
    await work.save(instrument)
    return instrument


async def list_instruments(
    session: AsyncSession, caller: Caller, query: InstrumentQuery
) -> RecordPage[Instrument]:
    """The instruments that match the query; drafts are CTED's and the Committee's."""
    statement = _readable(caller)
    if query.tool:
        statement = statement.where(Instrument.tool == query.tool)
    if query.code:
        statement = statement.where(Instrument.code == query.code)
    if query.status:
        statement = statement.where(Instrument.status == query.status)
    sortable = {"code": Instrument.code, "created_at": Instrument.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Instrument.id)


async def read(session: AsyncSession, caller: Caller, instrument_id: UUID) -> Instrument:
    """The instrument, if the caller may see it."""
    instrument = await session.scalar(_readable(caller).where(Instrument.id == instrument_id))
    if instrument is None:
        raise NotFound.record("Instrument", instrument_id)
    return instrument


async def sections_by_id(session: AsyncSession, instrument_id: UUID) -> Sequence[Section]:
    """The sections of an instrument that is known to exist.

    Those of a published one never change: each process reads them once.
    """
    known = _PUBLISHED.get(instrument_id)
    if known is None:
        instrument = await session.get_one(Instrument, instrument_id)
        known = tuple(sections_of(instrument))
        if instrument.status is InstrumentStatus.PUBLISHED:
            if len(_PUBLISHED) >= _MOST_KEPT:
                del _PUBLISHED[next(iter(_PUBLISHED))]
            _PUBLISHED[instrument_id] = known
    return known


def _readable(caller: Caller) -> Select[Instrument]:
    if caller.is_cted_or_committee:
        return select(Instrument)
    return select(Instrument).where(Instrument.status == InstrumentStatus.PUBLISHED)


async def _draft_of(work: UnitOfWork, instrument_id: UUID, version: int | None) -> Instrument:
    instrument = await work.get(Instrument, instrument_id, version=version, locked=True)
    if instrument.status is not InstrumentStatus.DRAFT:
        raise Conflict("It is published and never changes; draft the next edition instead.")
    return instrument


async def _write(work: UnitOfWork, instrument: Instrument, wanted: InstrumentDraft) -> Instrument:
    sections, stored = await asyncio.to_thread(_checked, wanted)
    instrument.code = wanted.code
    instrument.title = wanted.title
    instrument.tool = wanted.tool
    instrument.notice = wanted.notice
    instrument.sections = stored
    instrument.question_count = len(questions_of(sections))
    await work.save(instrument)
    return instrument


def _checked(wanted: InstrumentDraft) -> tuple[list[Section], list[dict[str, Any]]]:
    """The sections for the rules and for the table; of thousands of questions it takes long."""
    sections = as_sections(wanted)
    _refuse(instrument_faults(sections))
    return sections, [
        section.model_dump(mode="json", exclude_defaults=True) for section in wanted.sections
    ]


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid(
            f"The instrument has {len(faults)} faults.",
            errors=[
                FieldError(field=f"body.{fault.path}", message=fault.message) for fault in faults
            ],
        )
