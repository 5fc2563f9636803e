"""Standing consents over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.consents.schemas import Revocation
from services.visits.standing_consents import service
from services.visits.standing_consents.models import StandingConsent
from services.visits.standing_consents.schemas import (
    StandingConsentCreate,
    StandingConsentQuery,
    StandingConsentRead,
)
from shared.auth import CtedCommitteeOrState, CtedOrState
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
    prefix="/v1/standing-consents", tags=["consents"], route_class=TransactionalRoute
)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def give_standing_consent(
    caller: CtedOrState, work: WriteSession, wanted: StandingConsentCreate, response: Response
) -> StandingConsentRead:
    """Consent to the visits to come; it answers the requests that it covers (¶6)."""
    standing = await service.give(work, caller, wanted)
    created(response, f"/v1/standing-consents/{standing.id}", standing.version)
    return StandingConsentRead.model_validate(standing)


@exported(router)
@router.get("", responses=problem_responses())
async def list_standing_consents(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    query: Annotated[StandingConsentQuery, Query()],
) -> Page[StandingConsentRead]:
    """Standing consents; a State sees its own."""
    found = await service.list_standing_consents(session, caller, query)
    return found.map(StandingConsentRead.model_validate)


@router.get("/{standing_consent_id}", responses=problem_responses(NotFound))
async def read_standing_consent(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    standing_consent_id: UUID,
    response: Response,
) -> StandingConsentRead:
    """One standing consent."""
    standing = await read_visible(session, caller, StandingConsent, standing_consent_id)
    set_etag(response, standing.version)
    return StandingConsentRead.model_validate(standing)


@router.post(
    "/{standing_consent_id}/revocation",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def revoke_standing_consent(
    caller: CtedOrState,
    work: WriteSession,
    standing_consent_id: UUID,
    version: OptionalVersion,
    wanted: Revocation,
    response: Response,
) -> StandingConsentRead:
    """Take back a standing consent; consents that it gave already are revoked one by one."""
    standing = await service.revoke(work, caller, standing_consent_id, version, wanted.reason)
    set_etag(response, standing.version)
    return StandingConsentRead.model_validate(standing)
