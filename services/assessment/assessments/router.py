"""Assessments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.assessments import service
from services.assessment.assessments.schemas import (
    AssessmentCreate,
    AssessmentQuery,
    AssessmentRead,
    AssessmentSummary,
    AssessmentUpdate,
)
from shared.auth import CtedCaller, FindingsReader
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

router = APIRouter(prefix="/v1/assessments", tags=["assessments"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def open_assessment(
    caller: CtedCaller, work: WriteSession, wanted: AssessmentCreate, response: Response
) -> AssessmentRead:
    """Open the assessment of an accepted response, for one assessor or two (¶4, ¶7)."""
    assessment = await service.open_assessment(work, caller, wanted)
    created(response, f"/v1/assessments/{assessment.id}", assessment.version)
    return assessment


@exported(router)
@router.get("", responses=problem_responses())
async def list_assessments(
    caller: FindingsReader, session: ReadSession, query: Annotated[AssessmentQuery, Query()]
) -> Page[AssessmentSummary]:
    """Completed assessments (¶23), and for CTED those in hand; each tells its scores in full."""
    return await service.list_assessments(session, caller, query)


@router.get("/{assessment_id}", responses=problem_responses(NotFound))
async def read_assessment(
    caller: FindingsReader, session: ReadSession, assessment_id: UUID, response: Response
) -> AssessmentRead:
    """One assessment with its scores and ratings."""
    assessment = await service.read(session, caller, assessment_id)
    set_etag(response, assessment.version)
    return assessment


@router.patch(
    "/{assessment_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def revise_assessment(
    caller: CtedCaller,
    work: WriteSession,
    assessment_id: UUID,
    version: RequiredVersion,
    wanted: AssessmentUpdate,
    response: Response,
) -> AssessmentRead:
    """Change the summary of an open assessment, or hand it to other assessors."""
    assessment = await service.revise(work, caller, assessment_id, version, wanted)
    set_etag(response, assessment.version)
    return assessment


@router.post(
    "/{assessment_id}/completion",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def complete_assessment(
    caller: CtedCaller,
    work: WriteSession,
    assessment_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> AssessmentRead:
    """Complete it once every item has a final rating: scores and gaps follow."""
    assessment = await service.complete(work, caller, assessment_id, version)
    set_etag(response, assessment.version)
    return assessment
