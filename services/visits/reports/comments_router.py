"""Comments on reports over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.visits.reports import commenting
from services.visits.reports.comment_schemas import (
    CommentCreate,
    CommentQuery,
    CommentRead,
    Resolution,
)
from shared.auth import CtedCaller, CtedCommitteeOrState
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/reports/{report_id}/comments", tags=["reports"], route_class=TransactionalRoute
)


@router.post("", status_code=201, responses=problem_responses(NotFound, Conflict))
async def comment_on_report(
    caller: CtedCommitteeOrState,
    work: WriteSession,
    report_id: UUID,
    wanted: CommentCreate,
    response: Response,
) -> CommentRead:
    """Comment or reply: CTED until the report is cleared, others while it is before them.

    That is, the State in the fact-check and the Committee in its consideration.
    """
    comment = await commenting.comment(work, caller, report_id, wanted)
    created(response, f"/v1/reports/{report_id}/comments/{comment.id}", comment.version)
    return CommentRead.model_validate(comment)


@exported(router)
@router.get("", responses=problem_responses(NotFound))
async def list_report_comments(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    report_id: UUID,
    query: Annotated[CommentQuery, Query()],
) -> Page[CommentRead]:
    """Comments; the State sees its own threads, the Committee these and its own, CTED all."""
    page = await commenting.list_comments(session, caller, report_id, query)
    return page.map(CommentRead.model_validate)


@router.get("/{comment_id}", responses=problem_responses(NotFound))
async def read_report_comment(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    report_id: UUID,
    comment_id: UUID,
    response: Response,
) -> CommentRead:
    """One comment."""
    comment = await commenting.read_comment(session, caller, report_id, comment_id)
    set_etag(response, comment.version)
    return CommentRead.model_validate(comment)


@router.post(
    "/{comment_id}/resolution", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def resolve_report_comment(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    comment_id: UUID,
    version: OptionalVersion,
    wanted: Resolution,
    response: Response,
) -> CommentRead:
    """Record whether a comment was taken up, and why if it was not."""
    comment = await commenting.resolve(work, caller, report_id, comment_id, version, wanted)
    set_etag(response, comment.version)
    return CommentRead.model_validate(comment)


@router.post(
    "/{comment_id}/reopening", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def reopen_report_comment(
    caller: CtedCaller,
    work: WriteSession,
    report_id: UUID,
    comment_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> CommentRead:
    """Let a comment that was not answered well wait for an answer again."""
    comment = await commenting.reopen(work, caller, report_id, comment_id, version)
    set_etag(response, comment.version)
    return CommentRead.model_validate(comment)
