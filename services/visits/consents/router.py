"""Consent to visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.consents import service
from services.visits.consents.models import Consent
from services.visits.consents.schemas import Answer, ConsentCreate, ConsentQuery, ConsentRead
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/consents", tags=["consents"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def request_consent(
    caller: CtedCaller, work: WriteSession, wanted: ConsentCreate, response: Response
) -> ConsentRead:
    """Ask a State on the adopted list for its consent to a visit (¶6)."""
    consent = await service.request(work, wanted)
    created(response, f"/v1/consents/{consent.id}", consent.version)
    return ConsentRead.model_validate(consent)


@router.get("", responses=problem_responses())
async def list_consents(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[ConsentQuery, Query()]
) -> Page[ConsentRead]:
    """Requests for consent; a State sees its own."""
    return (await service.list_consents(session, caller, query)).map(ConsentRead.model_validate)


@router.get("/{consent_id}", responses=problem_responses(NotFound))
async def read_consent(
    caller: CtedCommitteeOrState, session: ReadSession, consent_id: UUID, response: Response
) -> ConsentRead:
    """One request for consent with its answer."""
    consent = await read_visible(session, caller, Consent, consent_id)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)


@router.post(
    "/{consent_id}/answer", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def answer_request(
    caller: CtedOrState,
    work: WriteSession,
    consent_id: UUID,
    version: OptionalVersion,
    given: Answer,
    response: Response,
) -> ConsentRead:
    """Give, decline or defer consent; what is deferred can be answered again."""
    consent = await service.answer(work, caller, consent_id, version, given)
    set_etag(response, consent.version)
    return ConsentRead.model_validate(consent)
