"""Instruments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.instruments import service
from services.assessment.instruments.base import base_instrument
from services.assessment.instruments.schemas import (
    InstrumentDraft,
    InstrumentQuery,
    InstrumentRead,
    InstrumentSummary,
)
from shared.auth import AnyCaller, CtedCaller, CtedLead
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
from shared.exports import exported

router = APIRouter(prefix="/v1/instruments", tags=["instruments"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def draft_instrument(
    caller: CtedCaller, work: WriteSession, wanted: InstrumentDraft, response: Response
) -> InstrumentRead:
    """Draft a survey tool."""
    instrument = await service.draft(work, wanted)
    created(response, f"/v1/instruments/{instrument.id}", instrument.version)
    return InstrumentRead.model_validate(instrument)


@exported(router)
@router.get("", responses=problem_responses())
async def list_instruments(
    caller: AnyCaller, session: ReadSession, query: Annotated[InstrumentQuery, Query()]
) -> Page[InstrumentSummary]:
    """The survey tools; drafts are for CTED and the Committee."""
    page = await service.list_instruments(session, caller, query)
    return page.map(InstrumentSummary.model_validate)


@router.get("/base", responses=problem_responses())
async def read_base_instrument(caller: CtedCaller) -> InstrumentDraft:
    """The illustrative instrument that comes with the service, to draft one's own from."""
    return base_instrument()


@router.get("/{instrument_id}", responses=problem_responses(NotFound))
async def read_instrument(
    caller: AnyCaller, session: ReadSession, instrument_id: UUID, response: Response
) -> InstrumentRead:
    """One survey tool with its questions."""
    instrument = await service.read(session, caller, instrument_id)
    set_etag(response, instrument.version)
    return InstrumentRead.model_validate(instrument)


@router.put("/{instrument_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def revise_instrument(
    caller: CtedCaller,
    work: WriteSession,
    instrument_id: UUID,
    version: RequiredVersion,
    wanted: InstrumentDraft,
    response: Response,
) -> InstrumentRead:
    """Replace what a draft holds."""
    instrument = await service.revise(work, instrument_id, version, wanted)
    set_etag(response, instrument.version)
    return InstrumentRead.model_validate(instrument)


@router.delete(
    "/{instrument_id}",
    status_code=204,
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def discard_instrument(
    caller: CtedCaller, work: WriteSession, instrument_id: UUID, version: RequiredVersion
) -> None:
    """Discard a draft; what is published stays."""
    await service.discard(work, instrument_id, version)


@router.post(
    "/{instrument_id}/publication",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def publish_instrument(
    caller: CtedLead,
    work: WriteSession,
    instrument_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> InstrumentRead:
    """Publish a draft as the next edition of its code; from then on it never changes."""
    instrument = await service.publish(work, instrument_id, version)
    set_etag(response, instrument.version)
    return InstrumentRead.model_validate(instrument)
