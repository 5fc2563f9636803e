"""Evidence over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Response
from fastapi.responses import StreamingResponse

from services.assessment.evidence import service
from services.assessment.evidence.models import Evidence
from services.assessment.evidence.rules import attachment
from services.assessment.evidence.schemas import EvidenceQuery, EvidenceRead
from services.assessment.evidence.settings import Limits
from services.assessment.evidence.sweep import forget
from services.assessment.evidence.upload import FORM, ReceivedForm
from shared.auth import CtedCommitteeOrState, CtedOrState
from shared.caching import IfNoneMatch, headers_of_copy, unchanged
from shared.database import (
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, TooLarge, problem_responses
from shared.exports import exported
from shared.objects import Objects

router = APIRouter(prefix="/v1", tags=["evidence"], route_class=TransactionalRoute)


@router.post(
    "/surveys/{survey_id}/evidence",
    status_code=201,
    responses=problem_responses(NotFound, Conflict, TooLarge),
    openapi_extra=FORM,
)
async def attach_evidence(
    caller: CtedOrState,
    form: ReceivedForm,
    work: WriteSession,
    objects: Objects,
    limits: Limits,
    survey_id: UUID,
    response: Response,
) -> EvidenceRead:
    """Attach a file to a question of a survey that is open."""
    evidence = await service.attach(work, caller, objects, limits, survey_id, form)
    created(response, f"/v1/evidence/{evidence.id}", evidence.version)
    return EvidenceRead.model_validate(evidence)


@exported(router)
@router.get("/surveys/{survey_id}/evidence", responses=problem_responses(NotFound))
async def list_evidence(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    survey_id: UUID,
    query: Annotated[EvidenceQuery, Query()],
) -> Page[EvidenceRead]:
    """A survey's evidence; a State sees its own."""
    page = await service.list_evidence(session, caller, survey_id, query)
    return page.map(EvidenceRead.model_validate)


@router.get("/evidence/{evidence_id}", responses=problem_responses(NotFound))
async def read_evidence(
    caller: CtedCommitteeOrState, session: ReadSession, evidence_id: UUID, response: Response
) -> EvidenceRead:
    """What is known of one file."""
    evidence = await read_visible(session, caller, Evidence, evidence_id)
    set_etag(response, evidence.version)
    return EvidenceRead.model_validate(evidence)


@router.get(
    "/evidence/{evidence_id}/content",
    response_class=StreamingResponse,
    responses={
        **problem_responses(NotFound),
        200: {"content": {"application/octet-stream": {}}, "description": "The file"},
        304: {"description": "The caller has it already"},
    },
)
async def read_evidence_content(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    objects: Objects,
    evidence_id: UUID,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The file itself, to be saved and not shown; its ETag is its SHA-256."""
    evidence = await read_visible(session, caller, Evidence, evidence_id)
    tag = f'"{evidence.sha256}"'
    if (answer := unchanged(if_none_match, tag)) is not None:
        return answer
    await session.close()  # no connection waits for a slow reader
    return StreamingResponse(
        await objects.get(evidence.object_key),
        headers={
            **headers_of_copy(tag),
            "Content-Type": evidence.media_type,
            "Content-Length": str(evidence.size),
            "Content-Disposition": attachment(evidence.file_name),
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.delete(
    "/evidence/{evidence_id}", status_code=204, responses=problem_responses(NotFound, Conflict)
)
async def remove_evidence(
    caller: CtedOrState,
    work: WriteSession,
    objects: Objects,
    evidence_id: UUID,
    version: RequiredVersion,
    after_commit: BackgroundTasks,
) -> None:
    """Take a file back, while the survey is open."""
    evidence = await service.remove(work, caller, evidence_id, version)
    after_commit.add_task(forget, objects, evidence.object_key)
