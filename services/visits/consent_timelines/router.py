"""Timelines of consent over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.visits.consent_timelines import service
from services.visits.consent_timelines.schemas import MomentRead, TimelineQuery
from shared.auth import CtedCommitteeOrState
from shared.database import Page, ReadSession, TransactionalRoute
from shared.errors import problem_responses
from shared.exports import exported
from shared.reference import Alpha3

router = APIRouter(
    prefix="/v1/consent-timelines", tags=["consents"], route_class=TransactionalRoute
)


@exported(router)
@router.get("/{member_state}", responses=problem_responses())
async def list_consent_moments(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    member_state: Alpha3,
    query: Annotated[TimelineQuery, Query()],
) -> Page[MomentRead]:
    """All that happened on a State's way to its visits, in order; a State reads its own (¶13)."""
    moments = await service.list_moments(session, caller, member_state, query)
    return moments.map(MomentRead.model_validate)
