"""Instruments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.instruments import service
from services.assessment.instruments.models import Instrument
from services.assessment.instruments.schemas import (
    InstrumentCreate,
    InstrumentQuery,
    InstrumentRead,
)
from shared.auth import AnyCaller, CtedCaller
from shared.database import (
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, problem_responses

router = APIRouter(prefix="/v1/instruments", tags=["instruments"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def publish_instrument(
    caller: CtedCaller, work: WriteSession, wanted: InstrumentCreate, response: Response
) -> InstrumentRead:
    """Publish a survey tool; the same code again makes its next edition."""
    instrument = await service.publish(work, wanted)
    created(response, f"/v1/instruments/{instrument.id}", instrument.version)
    return InstrumentRead.model_validate(instrument)


@router.get("", responses=problem_responses())
async def list_instruments(
    caller: AnyCaller, session: ReadSession, query: Annotated[InstrumentQuery, Query()]
) -> Page[InstrumentRead]:
    """The published survey tools."""
    return (await service.list_instruments(session, query)).map(InstrumentRead.model_validate)


@router.get("/{instrument_id}", responses=problem_responses(NotFound))
async def read_instrument(
    caller: AnyCaller, session: ReadSession, instrument_id: UUID, response: Response
) -> InstrumentRead:
    """One survey tool with its questions."""
    instrument = await session.get(Instrument, instrument_id)
    if instrument is None:
        raise NotFound.record("instrument", instrument_id)
    set_etag(response, instrument.version)
    return InstrumentRead.model_validate(instrument)
