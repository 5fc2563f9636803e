"""What a State asks to keep confidential of a report, section by section (¶23)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.visits.reports.models import Action, Report, ReportSection, SectionConfidentiality
from services.visits.reports.schemas import ConfidentialityRequest
from services.visits.reports.service import party_of, read, section_of
from shared.auth import Caller
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate
from shared.errors import Conflict


async def request(
    work: UnitOfWork,
    caller: Caller,
    report_id: UUID,
    key: str,
    version: int | None,
    wanted: ConfidentialityRequest,
) -> ReportSection:
    """Do what the State asks about a section, now or after the submission, and keep that it did."""
    report = await read(work.session, caller, report_id, locked=True)
    section = await section_of(work.session, caller, report, key)
    section.check_version(version)
    placed = wanted.action is Action.PLACE
    if section.confidential == placed:
        raise Conflict(f"The section is {'already' if placed else 'not'} kept confidential.")
    section.confidential = placed
    flag_modified(report, "section_keys")  # another report than was read: another ETag
    await work.save(report, section)
    await keep_request(work, caller, report, key, wanted.action, wanted.reason)
    return section


async def keep_request(
    work: UnitOfWork, caller: Caller, report: Report, key: str, action: Action, reason: str
) -> None:
    """Keep who asked what about a section, and when."""
    party = party_of(caller)
    assert party is not None  # noqa: S101 - only CTED and the State ask
    kept = SectionConfidentiality(
        report_id=report.id,
        section_key=key,
        action=action,
        reason=reason,
        party=party,
        requested_by=caller.subject,
        requested_on=work.clock.today(),
    )
    await work.save(kept)


async def list_requests(
    session: AsyncSession, caller: Caller, report_id: UUID, query: HistoryQuery
) -> RecordPage[SectionConfidentiality]:
    """Everything that was asked about the report's sections."""
    await read(session, caller, report_id)
    table = SectionConfidentiality
    statement = select(table).where(table.report_id == report_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)
