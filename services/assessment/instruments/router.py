"""Instruments over HTTP."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.instruments import service
from services.assessment.instruments.base import base_instrument
from services.assessment.instruments.files.service import FileFormat, draft_of, file_of
from services.assessment.instruments.files.upload import (
    FILE_ANSWER,
    FILE_BODY,
    InstrumentUpload,
)
from services.assessment.instruments.schemas import (
    InstrumentCode,
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
from shared.errors import (
    Conflict,
    NotFound,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    problem_responses,
)
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


@router.post(
    "/imports",
    status_code=201,
    responses=problem_responses(Conflict, TooLarge, UnsupportedMediaType),
    openapi_extra=FILE_BODY,
)
async def import_instrument(
    caller: CtedCaller,
    sent: InstrumentUpload,
    work: WriteSession,
    response: Response,
    code: Annotated[
        InstrumentCode | None, Query(description="To be drafted under another code than the file's")
    ] = None,
) -> InstrumentRead:
    """Draft a survey tool from a file: JSON, YAML or an XLSForm, as its Content-Type says.

    Every fault is named by where it stands in the file.
    """
    wanted = await asyncio.to_thread(draft_of, sent.content, sent.kind, code)
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


@router.get(
    "/{instrument_id}/file",
    response_class=Response,
    responses={**problem_responses(NotFound, Conflict), 200: FILE_ANSWER},
)
async def read_instrument_file(
    caller: AnyCaller,
    session: ReadSession,
    instrument_id: UUID,
    kind: Annotated[FileFormat, Query(alias="format")],
) -> Response:
    """One survey tool as a file; imported again, it makes an equal draft."""
    instrument = await service.read(session, caller, instrument_id)
    file = await asyncio.to_thread(file_of, instrument, kind)
    return Response(
        file.content,
        media_type=kind.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


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
