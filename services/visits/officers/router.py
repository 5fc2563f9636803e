"""The register of officers over HTTP: personal data, for CTED alone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.officers import service
from services.visits.officers.schemas import (
    ConflictCreate,
    ConflictQuery,
    ConflictRead,
    OfficerCreate,
    OfficerQuery,
    OfficerRead,
    OfficerUpdate,
)
from shared.auth import CtedCaller, CtedLead
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

router = APIRouter(prefix="/v1/officers", tags=["officers"], route_class=TransactionalRoute)
_OF_A_CHANGE = problem_responses(NotFound, Conflict, PreconditionFailed)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def enter_officer(
    caller: CtedCaller, work: WriteSession, wanted: OfficerCreate, response: Response
) -> OfficerRead:
    """Enter an officer of CTED, or an expert of an organisation that takes part in visits."""
    officer = await service.enter(work, wanted)
    created(response, f"/v1/officers/{officer.id}", officer.version)
    return OfficerRead.model_validate(officer)


@exported(router)
@router.get("", responses=problem_responses())
async def list_officers(
    caller: CtedCaller, session: ReadSession, query: Annotated[OfficerQuery, Query()]
) -> Page[OfficerRead]:
    """The register, and in it who knows a theme or a language and is free on which days."""
    return (await service.list_officers(session, query)).map(OfficerRead.model_validate)


@router.get("/{officer_id}", responses=problem_responses(NotFound))
async def read_officer(
    caller: CtedCaller, session: ReadSession, officer_id: UUID, response: Response
) -> OfficerRead:
    """One officer."""
    officer = await service.read(session, officer_id)
    set_etag(response, officer.version)
    return OfficerRead.model_validate(officer)


@router.patch("/{officer_id}", responses=_OF_A_CHANGE)
async def revise_officer(
    caller: CtedCaller,
    work: WriteSession,
    officer_id: UUID,
    version: RequiredVersion,
    wanted: OfficerUpdate,
    response: Response,
) -> OfficerRead:
    """Change an entry; visits whose team it bears on show it among their clashes."""
    officer = await service.revise(work, officer_id, version, wanted)
    set_etag(response, officer.version)
    return OfficerRead.model_validate(officer)


@router.delete("/{officer_id}", status_code=204, responses=_OF_A_CHANGE)
async def remove_officer(
    caller: CtedCaller, work: WriteSession, officer_id: UUID, version: RequiredVersion
) -> None:
    """Remove an entry of somebody who never was on a team."""
    await service.remove(work, officer_id, version)


@router.post(
    "/{officer_id}/conflicts", status_code=201, responses=problem_responses(NotFound, Conflict)
)
async def declare_conflict(
    caller: CtedCaller,
    work: WriteSession,
    officer_id: UUID,
    wanted: ConflictCreate,
    response: Response,
) -> ConflictRead:
    """Declare a conflict of interest with a State: of oneself or, as a lead, of another (¶4)."""
    conflict = await service.declare(work, caller, officer_id, wanted)
    created(response, f"/v1/officers/{officer_id}/conflicts/{conflict.id}", conflict.version)
    return ConflictRead.model_validate(conflict)


@exported(router)
@router.get("/{officer_id}/conflicts", responses=problem_responses(NotFound))
async def list_conflicts(
    caller: CtedCaller,
    session: ReadSession,
    officer_id: UUID,
    query: Annotated[ConflictQuery, Query()],
) -> Page[ConflictRead]:
    """The conflicts of interest that were declared, with those that are over."""
    page = await service.list_conflicts(session, officer_id, query)
    return page.map(ConflictRead.model_validate)


@router.get("/{officer_id}/conflicts/{conflict_id}", responses=problem_responses(NotFound))
async def read_conflict(
    caller: CtedCaller,
    session: ReadSession,
    officer_id: UUID,
    conflict_id: UUID,
    response: Response,
) -> ConflictRead:
    """One conflict of interest."""
    conflict = await service.read_conflict(session, officer_id, conflict_id)
    set_etag(response, conflict.version)
    return ConflictRead.model_validate(conflict)


@router.post("/{officer_id}/conflicts/{conflict_id}/end", responses=_OF_A_CHANGE)
async def end_conflict(
    caller: CtedLead,
    work: WriteSession,
    officer_id: UUID,
    conflict_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> ConflictRead:
    """Record that a conflict of interest is over, which a lead finds."""
    conflict = await service.end_conflict(work, caller, officer_id, conflict_id, version)
    set_etag(response, conflict.version)
    return ConflictRead.model_validate(conflict)
