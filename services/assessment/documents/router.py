"""Documents over HTTP."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.documents import service
from services.assessment.documents.rendering import Document, rendered
from services.assessment.documents.schemas import (
    AssessmentReport,
    DocumentFormat,
    DocumentQuery,
    StateProfile,
)
from shared.auth import FindingsReader
from shared.database import ReadSession, Today, TransactionalRoute
from shared.documents import DOCX, PDF, handed_over
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1", tags=["documents"], route_class=TransactionalRoute)
_MEDIA_TYPES = {DocumentFormat.PDF: PDF, DocumentFormat.DOCX: DOCX}


def _answers(kind: type[Document]) -> dict[int | str, dict[str, Any]]:
    file = {"schema": {"type": "string", "format": "binary"}}
    files = dict.fromkeys(_MEDIA_TYPES.values(), file)
    return {200: {"model": kind, "content": files}, **problem_responses(NotFound)}


@router.get(
    "/assessments/{assessment_id}/report",
    response_model=None,
    responses=_answers(AssessmentReport),
)
async def read_assessment_report(
    caller: FindingsReader,
    session: ReadSession,
    today: Today,
    assessment_id: UUID,
    query: Annotated[DocumentQuery, Query()],
) -> Response:
    """The report of an assessment, as PDF, DOCX or JSON; what is confidential is left out (¶23)."""
    report = await service.assessment_report(session, caller, assessment_id, today)
    await session.close()  # no connection waits for the rendering
    return await _sent(report, f"assessment-report-{report.member_state}", query.format)


@router.get("/state-profiles/{member_state}", response_model=None, responses=_answers(StateProfile))
async def read_state_profile(
    caller: FindingsReader,
    session: ReadSession,
    today: Today,
    member_state: str,
    query: Annotated[DocumentQuery, Query()],
) -> Response:
    """What is known of a State's implementation, as PDF, DOCX or JSON (¶6, ¶23)."""
    profile = await service.state_profile(session, caller, member_state, today)
    await session.close()
    return await _sent(profile, f"state-profile-{profile.member_state}", query.format)


async def _sent(document: Document, name: str, form: DocumentFormat) -> Response:
    if form is DocumentFormat.JSON:
        return Response(document.model_dump_json(), media_type="application/json")
    file = await asyncio.to_thread(rendered, document, form)
    name = f"{name}-{document.made_on:%Y-%m-%d}.{form}"
    return handed_over(file, _MEDIA_TYPES[form], name)
