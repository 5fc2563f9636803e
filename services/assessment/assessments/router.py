"""Assessments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.assessments import service
from services.assessment.assessments.schemas import (
    AssessmentCreate,
    AssessmentQuery,
    AssessmentRead,
)
from shared.auth import CtedCaller, FindingsReader
from shared.database import Page, ReadSession, TransactionalRoute, WriteSession, created, set_etag
from shared.errors import Conflict, NotFound, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/assessments", tags=["assessments"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def complete_assessment(
    caller: CtedCaller, work: WriteSession, wanted: AssessmentCreate, response: Response
) -> AssessmentRead:
    """Assess an accepted response: its scores are computed and its gaps derived."""
    assessment = await service.complete(work, caller, wanted)
    created(response, f"/v1/assessments/{assessment.id}", assessment.version)
    return assessment


@exported(router)
@router.get("", responses=problem_responses())
async def list_assessments(
    caller: FindingsReader, session: ReadSession, query: Annotated[AssessmentQuery, Query()]
) -> Page[AssessmentRead]:
    """Completed assessments (¶23)."""
    return await service.list_assessments(session, caller, query)


@router.get("/{assessment_id}", responses=problem_responses(NotFound))
async def read_assessment(
    caller: FindingsReader, session: ReadSession, assessment_id: UUID, response: Response
) -> AssessmentRead:
    """One assessment with its scores."""
    assessment = await service.read(session, caller, assessment_id)
    set_etag(response, assessment.version)
    return assessment
