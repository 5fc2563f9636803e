"""Dossiers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.visits.dossiers import service
from services.visits.dossiers.assembling import Outcome, read_sections
from services.visits.dossiers.reading import Reader
from services.visits.dossiers.schemas import DossierQuery, DossierRead, DossierSummary
from services.visits.dossiers.upstream import assessment
from shared.auth import CtedCaller
from shared.database import Page, ReadSession, TransactionalRoute, WriteSession
from shared.errors import NotFound, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/missions/{mission_id}/dossier", tags=["dossiers"], route_class=TransactionalRoute
)


async def _gathered(
    request: Request, caller: CtedCaller, session: ReadSession, mission_id: UUID
) -> tuple[service.Known, dict[str, Outcome]]:
    """What is known here, and what the assessment service shows to this caller (¶23)."""
    known = await service.known(session, mission_id)
    await session.close()  # no connection waits for another service
    reader = Reader(assessment(), request.app.state.http, request.headers["authorization"])
    return known, await read_sections(reader, known.member_state)


Gathered = Annotated[tuple[service.Known, dict[str, Outcome]], Depends(_gathered)]


@router.post("", status_code=201, responses=problem_responses(NotFound))
async def assemble_dossier(
    caller: CtedCaller,
    gathered: Gathered,  # before the transaction begins
    work: WriteSession,
    mission_id: UUID,
    response: Response,
) -> DossierRead:
    """Assemble the dossier of a visit anew, in the caller's own name, and keep it.

    It takes 10 seconds at most. What cannot be read is told section by section: `complete` is
    false, and an earlier copy is shown where there is one.
    """
    version = await service.keep(work, caller, *gathered)
    response.headers["Location"] = f"/v1/missions/{mission_id}/dossier/versions/{version.number}"
    return DossierRead.of(version)


@router.get("", responses=problem_responses(NotFound))
async def read_dossier(caller: CtedCaller, session: ReadSession, mission_id: UUID) -> DossierRead:
    """The dossier that was assembled last."""
    return DossierRead.of(await service.read(session, mission_id))


@exported(router)
@router.get("/versions", responses=problem_responses(NotFound))
async def list_dossiers(
    caller: CtedCaller,
    session: ReadSession,
    mission_id: UUID,
    query: Annotated[DossierQuery, Query()],
) -> Page[DossierSummary]:
    """Every dossier that was assembled for a visit."""
    return (await service.list_versions(session, mission_id, query)).map(DossierSummary.of)


@router.get("/versions/{number}", responses=problem_responses(NotFound))
async def read_dossier_version(
    caller: CtedCaller, session: ReadSession, mission_id: UUID, number: int
) -> DossierRead:
    """A dossier as it was assembled."""
    return DossierRead.of(await service.read(session, mission_id, number))
