"""Needs over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assistance.needs import service
from services.assistance.needs.models import Need
from services.assistance.needs.schemas import (
    NeedCreate,
    NeedDetail,
    NeedQuery,
    NeedRead,
    NeedWithdrawal,
)
from shared.auth import CtedOrState, FindingsReader, StateCaller
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    Today,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/needs", tags=["needs"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses())
async def open_need(
    caller: CtedOrState, work: WriteSession, wanted: NeedCreate, response: Response
) -> NeedRead:
    """State a need for assistance; a provider is proposed at once if one is free (¶25)."""
    need = await service.open_by_hand(work, caller, wanted)
    created(response, f"/v1/needs/{need.id}", need.version)
    return NeedRead.model_validate(need)


@router.get("", responses=problem_responses())
async def list_needs(
    caller: FindingsReader, session: ReadSession, query: Annotated[NeedQuery, Query()]
) -> Page[NeedRead]:
    """Needs; a State sees its own, and others what no State keeps confidential (¶23)."""
    return (await service.list_needs(session, caller, query)).map(NeedRead.model_validate)


@router.get("/{need_id}", responses=problem_responses(NotFound))
async def read_need(
    caller: FindingsReader,
    session: ReadSession,
    need_id: UUID,
    today: Today,
    response: Response,
) -> NeedDetail:
    """One need, and while it is open why no provider is proposed."""
    need = await read_visible(session, caller, Need, need_id)
    set_etag(response, need.version)
    detail = NeedDetail.model_validate(need)
    return detail.model_copy(
        update={"unmet_because": await service.why_unmet(session, need, today)}
    )


@router.post(
    "/{need_id}/disclosure", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def disclose_need(
    caller: StateCaller,
    work: WriteSession,
    need_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> NeedRead:
    """The State no longer keeps the need confidential (¶23): providers are asked."""
    need = await service.disclose(work, caller, need_id, version)
    set_etag(response, need.version)
    return NeedRead.model_validate(need)


@router.post(
    "/{need_id}/withdrawal", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def withdraw_need(
    caller: CtedOrState,
    work: WriteSession,
    need_id: UUID,
    version: OptionalVersion,
    given: NeedWithdrawal,
    response: Response,
) -> NeedRead:
    """Withdraw a need that is not yet met by a project; its match is withdrawn too."""
    need = await service.withdraw(work, caller, need_id, version, given.reason)
    set_etag(response, need.version)
    return NeedRead.model_validate(need)
