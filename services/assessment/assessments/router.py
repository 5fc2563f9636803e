"""Assessments over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.assessments import service
from services.assessment.assessments.models import Assessment
from services.assessment.assessments.schemas import (
    AssessmentCreate,
    AssessmentQuery,
    AssessmentRead,
)
from shared.auth import CtedCaller, FindingsReader
from shared.database import (
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, problem_responses

router = APIRouter(prefix="/v1/assessments", tags=["assessments"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def complete_assessment(
    caller: CtedCaller, work: WriteSession, wanted: AssessmentCreate, response: Response
) -> AssessmentRead:
    """Assess a submitted response: its scores are computed and its gaps derived."""
    assessment = await service.complete(work, wanted)
    created(response, f"/v1/assessments/{assessment.id}", assessment.version)
    return AssessmentRead.model_validate(assessment)


@router.get("", responses=problem_responses())
async def list_assessments(
    caller: FindingsReader, session: ReadSession, query: Annotated[AssessmentQuery, Query()]
) -> Page[AssessmentRead]:
    """Completed assessments (¶23)."""
    return (await service.list_assessments(session, caller, query)).map(
        AssessmentRead.model_validate
    )


@router.get("/{assessment_id}", responses=problem_responses(NotFound))
async def read_assessment(
    caller: FindingsReader, session: ReadSession, assessment_id: UUID, response: Response
) -> AssessmentRead:
    """One assessment with its scores."""
    assessment = await read_visible(session, caller, Assessment, assessment_id)
    set_etag(response, assessment.version)
    return AssessmentRead.model_validate(assessment)
