"""Publishes and finds instruments."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.instruments.models import Instrument
from services.assessment.instruments.schemas import InstrumentCreate, InstrumentQuery
from shared.database import RecordPage, UnitOfWork, paginate


async def publish(work: UnitOfWork, wanted: InstrumentCreate) -> Instrument:
    """Publish the instrument as the next edition of its code."""
    await work.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext(:code))"), {"code": wanted.code}
    )
    latest = await work.session.scalar(
        select(func.max(Instrument.edition)).where(Instrument.code == wanted.code)
    )
    instrument = Instrument(
        code=wanted.code,
        edition=(latest or 0) + 1,
        title=wanted.title,
        tool=wanted.tool,
        questions=[question.model_dump() for question in wanted.questions],
    )
    await work.save(instrument)
    return instrument


async def list_instruments(session: AsyncSession, query: InstrumentQuery) -> RecordPage[Instrument]:
    """The instruments that match the query."""
    statement = select(Instrument)
    if query.tool:
        statement = statement.where(Instrument.tool == query.tool)
    if query.code:
        statement = statement.where(Instrument.code == query.code)
    sortable = {"code": Instrument.code, "created_at": Instrument.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Instrument.id)
