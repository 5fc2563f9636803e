"""Projects over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assistance.projects import service
from services.assistance.projects.schemas import (
    Cancellation,
    Completion,
    ProjectQuery,
    ProjectRead,
)
from shared.auth import CtedOrProvider, FindingsReader
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/projects", tags=["projects"], route_class=TransactionalRoute)


@router.get("", responses=problem_responses())
async def list_projects(
    caller: FindingsReader, session: ReadSession, query: Annotated[ProjectQuery, Query()]
) -> Page[ProjectRead]:
    """Projects; a confidential one shows to its own provider too."""
    page = await service.list_projects(session, caller, query)
    return page.map(lambda project: ProjectRead.of(project, caller))


@router.get("/{project_id}", responses=problem_responses(NotFound))
async def read_project(
    caller: FindingsReader, session: ReadSession, project_id: UUID, response: Response
) -> ProjectRead:
    """One project."""
    project = await service.find(session, caller, project_id)
    set_etag(response, project.version)
    return ProjectRead.of(project, caller)


@router.post(
    "/{project_id}/completion", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def complete_project(
    caller: CtedOrProvider,
    work: WriteSession,
    project_id: UUID,
    version: OptionalVersion,
    given: Completion,
    response: Response,
) -> ProjectRead:
    """Complete a project, as its provider or for it; its need is then met (¶22)."""
    project = await service.complete(work, caller, project_id, version, given.summary)
    set_etag(response, project.version)
    return ProjectRead.of(project, caller)


@router.post(
    "/{project_id}/cancellation",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def cancel_project(
    caller: CtedOrProvider,
    work: WriteSession,
    project_id: UUID,
    version: OptionalVersion,
    given: Cancellation,
    response: Response,
) -> ProjectRead:
    """Cancel a project, as its provider or for it; its need goes to another organisation."""
    project = await service.cancel(work, caller, project_id, version, given.reason)
    set_etag(response, project.version)
    return ProjectRead.of(project, caller)
