"""Matches and duplications over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assistance.matching import service
from services.assistance.matching.schemas import (
    Acceptance,
    Decline,
    DuplicationQuery,
    DuplicationRead,
    MatchQuery,
    MatchRead,
)
from shared.auth import CtedOrProvider, FindingsReader, Provider
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1", tags=["matching"], route_class=TransactionalRoute)


@router.get("/matches", responses=problem_responses())
async def list_matches(
    caller: FindingsReader, session: ReadSession, query: Annotated[MatchQuery, Query()]
) -> Page[MatchRead]:
    """Providers proposed for needs; a confidential match shows to its own provider too."""
    return (await service.list_matches(session, caller, query)).map(MatchRead.model_validate)


@router.get("/matches/{match_id}", responses=problem_responses(NotFound))
async def read_match(
    caller: FindingsReader, session: ReadSession, match_id: UUID, response: Response
) -> MatchRead:
    """One match, with the reasons for it."""
    match = await service.find(session, caller, match_id)
    set_etag(response, match.version)
    return MatchRead.model_validate(match)


@router.post(
    "/matches/{match_id}/acceptance",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def accept_match(
    caller: CtedOrProvider,
    work: WriteSession,
    match_id: UUID,
    version: OptionalVersion,
    wanted: Acceptance,
    response: Response,
) -> MatchRead:
    """Accept the match, as its provider or for it, and start the project (¶25)."""
    match = await service.accept(work, caller, match_id, version, wanted)
    set_etag(response, match.version)
    return MatchRead.model_validate(match)


@router.post(
    "/matches/{match_id}/decline",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def decline_match(
    caller: Provider,
    work: WriteSession,
    match_id: UUID,
    version: OptionalVersion,
    given: Decline,
    response: Response,
) -> MatchRead:
    """Decline the match, as its provider; the next one is proposed."""
    match = await service.decline(work, caller, match_id, version, given)
    set_etag(response, match.version)
    return MatchRead.model_validate(match)


@router.get("/duplications", responses=problem_responses())
async def list_duplications(
    caller: FindingsReader, session: ReadSession, query: Annotated[DuplicationQuery, Query()]
) -> Page[DuplicationRead]:
    """Where a provider was proposed although a project does the same for the State (¶17)."""
    page = await service.list_duplications(session, caller, query)
    return page.map(DuplicationRead.model_validate)
