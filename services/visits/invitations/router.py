"""Requests for invitations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.invitations import service
from services.visits.invitations.models import InvitationRequest
from services.visits.invitations.schemas import (
    InvitationRequestCreate,
    InvitationRequestQuery,
    InvitationRequestRead,
)
from shared.auth import ChairOrCted, CtedOrCommittee
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
from shared.exports import exported

router = APIRouter(
    prefix="/v1/invitation-requests", tags=["invitations"], route_class=TransactionalRoute
)
"""The Chair invites, and the Executive Directorate assists in it (¶8)."""


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def request_invitation(
    caller: ChairOrCted, work: WriteSession, wanted: InvitationRequestCreate, response: Response
) -> InvitationRequestRead:
    """Ask that senior officials of an assessed State be invited to a meeting (¶8)."""
    asked = await service.request(work, caller, wanted)
    created(response, f"/v1/invitation-requests/{asked.id}", asked.version)
    return InvitationRequestRead.model_validate(asked)


@exported(router)
@router.get("", responses=problem_responses())
async def list_invitation_requests(
    caller: CtedOrCommittee, session: ReadSession, query: Annotated[InvitationRequestQuery, Query()]
) -> Page[InvitationRequestRead]:
    """Requests for invitations, and what became of them; States see their invitations alone."""
    return (await service.list_requests(session, query)).map(InvitationRequestRead.model_validate)


@router.get("/{request_id}", responses=problem_responses(NotFound))
async def read_invitation_request(
    caller: CtedOrCommittee, session: ReadSession, request_id: UUID, response: Response
) -> InvitationRequestRead:
    """One request, and what became of it."""
    asked = await read_visible(session, caller, InvitationRequest, request_id)
    set_etag(response, asked.version)
    return InvitationRequestRead.model_validate(asked)


@router.post(
    "/{request_id}/cancellation",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def cancel_invitation_request(
    caller: ChairOrCted,
    work: WriteSession,
    request_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> InvitationRequestRead:
    """Cancel a request that was not carried out yet; if it is meanwhile, it shows as issued."""
    asked = await service.cancel(work, request_id, version)
    set_etag(response, asked.version)
    return InvitationRequestRead.model_validate(asked)
