"""Confidentiality over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.confidentiality import service
from services.assessment.confidentiality.models import ConfidentialityRequest
from services.assessment.confidentiality.schemas import (
    ConfidentialityCreate,
    ConfidentialityQuery,
    ConfidentialityRead,
)
from shared.auth import CtedCommitteeOrState, CtedOrState
from shared.database import (
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/confidentiality-requests",
    tags=["confidentiality"],
    route_class=TransactionalRoute,
)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def request_confidentiality(
    caller: CtedOrState, work: WriteSession, wanted: ConfidentialityCreate, response: Response
) -> ConfidentialityRead:
    """Place or lift confidentiality at the State's request; it reaches all that follows (¶23)."""
    request = await service.request(work, caller, wanted)
    created(response, f"/v1/confidentiality-requests/{request.id}", request.version)
    return ConfidentialityRead.model_validate(request)


@exported(router)
@router.get("", responses=problem_responses())
async def list_confidentiality_requests(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    query: Annotated[ConfidentialityQuery, Query()],
) -> Page[ConfidentialityRead]:
    """What States asked to keep confidential or lifted; a State sees its own requests."""
    page = await service.list_requests(session, caller, query)
    return page.map(ConfidentialityRead.model_validate)


@router.get("/{request_id}", responses=problem_responses(NotFound))
async def read_confidentiality_request(
    caller: CtedCommitteeOrState, session: ReadSession, request_id: UUID, response: Response
) -> ConfidentialityRead:
    """One request."""
    request = await read_visible(session, caller, ConfidentialityRequest, request_id)
    set_etag(response, request.version)
    return ConfidentialityRead.model_validate(request)
