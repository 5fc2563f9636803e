"""Comments on a report and its sections, in threads, and what became of each."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.reports.comment_schemas import CommentCreate, CommentQuery, Resolution
from services.visits.reports.models import (
    CommentStatus,
    Party,
    Report,
    ReportComment,
)
from services.visits.reports.rules import (
    COMMENTED_IN,
    FREE_STEPS_OF_COMMENTS,
    THREADS_READ_BY,
    faults_of_resolution,
)
from services.visits.reports.service import party_of, read
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import Conflict, FieldError, NotFound, require_sound, require_step


async def comment(
    work: UnitOfWork, caller: Caller, report_id: UUID, wanted: CommentCreate
) -> ReportComment:
    """Comment on a report where it is one's turn to, or reply in a thread that one reads."""
    # Locked: no comment comes in after the decision that it was meant for.
    report = await read(work.session, caller, report_id, locked=True)
    party = _party(caller)
    if party not in COMMENTED_IN[report.status]:
        heard = " and ".join(COMMENTED_IN[report.status]) or "nobody"
        raise Conflict(
            f"The report is in {report.status.replace('_', ' ')}, where {heard} comments on it."
        )
    thread = await _thread_of(work.session, report, party, wanted)
    commented = ReportComment(
        report_id=report.id,
        section_key=thread.section_key if thread else wanted.section_key,
        text_version=report.text_version,
        thread_id=thread.id if thread else None,
        opened_by=thread.opened_by if thread else party,
        party=party,
        author=caller.subject,
        commented_on=work.clock.today(),
        text=wanted.text,
        correction=wanted.correction,
        status=None if thread else CommentStatus.OPEN,
        outcome=None,
        outcome_reason=None,
        resolved_by=None,
        resolved_on=None,
    )
    await work.save(commented)
    return commented


async def resolve(
    work: UnitOfWork,
    caller: Caller,
    report_id: UUID,
    comment_id: UUID,
    version: int | None,
    wanted: Resolution,
) -> ReportComment:
    """Record whether a comment was taken up, and why if it was not."""
    opened = await _opened(work, caller, report_id, comment_id, version)
    require_step("comment", opened.status or "", CommentStatus.RESOLVED, FREE_STEPS_OF_COMMENTS)
    require_sound(faults_of_resolution(wanted.outcome, wanted.reason))
    opened.status = CommentStatus.RESOLVED
    opened.outcome, opened.outcome_reason = wanted.outcome, wanted.reason
    opened.resolved_by, opened.resolved_on = caller.subject, work.clock.today()
    await work.save(opened)
    return opened


async def reopen(
    work: UnitOfWork, caller: Caller, report_id: UUID, comment_id: UUID, version: int | None
) -> ReportComment:
    """A comment that was not answered well waits again."""
    opened = await _opened(work, caller, report_id, comment_id, version)
    require_step("comment", opened.status or "", CommentStatus.OPEN, FREE_STEPS_OF_COMMENTS)
    opened.status = CommentStatus.OPEN
    opened.outcome = opened.outcome_reason = opened.resolved_by = opened.resolved_on = None
    await work.save(opened)
    return opened


async def require_answered(session: AsyncSession, report: Report) -> None:
    """Refuse to let a report go on while comments on it wait for an answer.

    Raises:
        Conflict: naming each open comment.
    """
    waiting = await session.scalars(
        select(ReportComment)
        .where(ReportComment.report_id == report.id, ReportComment.status == CommentStatus.OPEN)
        .order_by(ReportComment.id)
    )
    errors = [
        FieldError(
            field=f"comments.{opened.id}",
            message=f"On {opened.section_key or 'the whole'}, by {opened.party}: say at "
            f"/v1/reports/{report.id}/comments/{opened.id}/resolution what became of it.",
        )
        for opened in waiting
    ]
    if errors:
        raise Conflict(f"{len(errors)} comments wait for an answer.", errors=errors)


async def list_comments(
    session: AsyncSession, caller: Caller, report_id: UUID, query: CommentQuery
) -> RecordPage[ReportComment]:
    """The comments that match the query and that the caller may see."""
    statement = await _readable(session, caller, report_id)
    table = ReportComment
    if query.section_key:
        statement = statement.where(table.section_key == query.section_key)
    if query.thread_id:
        statement = statement.where(
            (table.id == query.thread_id) | (table.thread_id == query.thread_id)
        )
    if query.opened_by:
        statement = statement.where(table.opened_by == query.opened_by)
    if query.status:
        statement = statement.where(table.status == query.status)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def read_comment(
    session: AsyncSession, caller: Caller, report_id: UUID, comment_id: UUID
) -> ReportComment:
    """One comment, if the caller may see it."""
    statement = await _readable(session, caller, report_id)
    found: ReportComment | None = await session.scalar(
        statement.where(ReportComment.id == comment_id)
    )
    if found is None:
        raise NotFound.record("Comment", comment_id)
    return found


async def _readable(
    session: AsyncSession, caller: Caller, report_id: UUID
) -> Select[ReportComment]:
    await read(session, caller, report_id)
    return select(ReportComment).where(
        ReportComment.report_id == report_id,
        ReportComment.opened_by.in_(THREADS_READ_BY[_party(caller)]),
    )


async def _thread_of(
    session: AsyncSession, report: Report, party: Party, wanted: CommentCreate
) -> ReportComment | None:
    """The thread that a comment replies in, if it does; every fault of where it is to stand."""
    faults = []
    if wanted.section_key is not None and wanted.section_key not in report.section_keys:
        message = f"No such section; the report has {', '.join(report.section_keys)}."
        faults.append(("section_key", message))
    thread = None
    if wanted.thread_id is not None:
        thread = await session.get(ReportComment, wanted.thread_id)
        if (
            thread is None
            or thread.report_id != report.id
            or thread.thread_id is not None
            or thread.opened_by not in THREADS_READ_BY[party]
        ):
            message = "No such thread here; give the id of the comment that opened it."
            faults.append(("thread_id", message))
        elif wanted.section_key not in (None, thread.section_key):
            message = "A reply stands where its thread does; leave this out."
            faults.append(("section_key", message))
    require_sound(faults)
    return thread


async def _opened(
    work: UnitOfWork, caller: Caller, report_id: UUID, comment_id: UUID, version: int | None
) -> ReportComment:
    """The comment that opened a thread, locked after its report."""
    report = await read(work.session, caller, report_id, locked=True)
    if not COMMENTED_IN[report.status]:
        raise Conflict(f"The report is {report.status}; its comments are closed.")
    opened = await work.get(ReportComment, comment_id, version=version, locked=True)
    if opened.report_id != report_id:
        raise NotFound.record("Comment", comment_id)
    if opened.status is None:
        raise Conflict("It is a reply; resolve the comment that opened the thread.")
    return opened


def _party(caller: Caller) -> Party:
    party = party_of(caller)
    assert party is not None  # noqa: S101 - comments are for parties alone
    return party
