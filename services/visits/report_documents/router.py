"""Copies of reports over HTTP."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.report_documents import service
from services.visits.report_documents.pdf import as_pdf
from services.visits.report_documents.rules import copy_tag
from services.visits.report_documents.schemas import DocumentFormat, DocumentQuery
from services.visits.report_documents.word import as_docx
from shared.auth import FindingsReader
from shared.caching import IfNoneMatch, headers_of_copy, unchanged
from shared.database import ReadSession, Today, TransactionalRoute
from shared.documents import handed_over
from shared.errors import NotFound, problem_responses

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=TransactionalRoute)
_FILE = {"schema": {"type": "string", "format": "binary"}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {form.media_type: _FILE for form in DocumentFormat},
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
    304: {"description": "You have this copy"},
    **problem_responses(NotFound),
}


@router.get("/{report_id}/document", response_class=Response, responses=_ANSWERS)
async def read_report_document(
    caller: FindingsReader,
    session: ReadSession,
    today: Today,
    report_id: UUID,
    query: Annotated[DocumentQuery, Query()],
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A report as PDF or DOCX, without the sections that the State keeps confidential (¶23).

    The copy says whom it is for; to CTED, the Committee and the State it marks what is
    confidential. What was not submitted yet says that it is a draft.
    """
    copy = await service.copy_for(session, caller, report_id, query.version, today)
    await session.close()  # no connection waits for the rendering
    tag = copy_tag(repr(copy), query.format)
    if (answer := unchanged(if_none_match, tag)) is not None:
        return answer
    if query.format is DocumentFormat.PDF:
        file = await asyncio.to_thread(as_pdf, copy, today)
    else:
        file = await asyncio.to_thread(as_docx, copy)
    name = f"visit-report-{report_id}-{today}.{query.format}"
    return handed_over(file, query.format.media_type, name, headers_of_copy(tag))
