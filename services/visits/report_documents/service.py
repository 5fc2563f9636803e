"""Gathers what a copy of a report says, as far as its reader may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.models import Mission
from services.visits.report_documents.rules import in_words, reader_of, span_in_words
from services.visits.report_documents.schemas import Part, ReportCopy
from services.visits.reports.models import Report, ReportSection, ReportStatus
from services.visits.reports.service import party_of, sections_of
from services.visits.reports.service import read as read_report
from services.visits.reports.version_schemas import VersionSection
from services.visits.reports.versions import read_version
from shared.auth import Caller
from shared.documents import storable
from shared.errors import Forbidden
from shared.reference import member_states


async def copy_for(
    session: AsyncSession, caller: Caller, report_id: UUID, number: int | None, today: date
) -> ReportCopy:
    """The copy of a report that the caller may see: of its latest text, or of version `number`.

    Raises:
        NotFound: the report, or the version, does not exist for this caller.
        Forbidden: the caller takes no part in the report and asks for a version.
    """
    report = await read_report(session, caller, report_id)
    if number is None:
        text = _Text(report.text_version, report.title, await sections_of(session, caller, report))
    elif party_of(caller):
        version = await read_version(session, caller, report_id, number)
        text = _Text(number, version.title, version.sections)
    else:
        raise Forbidden("Versions are for CTED, the Committee and the State; leave out version.")
    mission = await session.get_one(Mission, report.mission_id)
    state = member_states()[report.member_state]
    reader = reader_of(caller.roles, state.name, caller.organisation or "")
    final = report.status is ReportStatus.SUBMITTED and text.number == report.text_version
    facts = [
        ("Visit", f"{span_in_words(mission.starts_on, mission.ends_on)} ({mission.kind})"),
        ("Status", _status(report, final=final)),
    ]
    if party_of(caller):
        facts.append(("Text", f"Version {text.number}"))
    return ReportCopy(
        title=storable(text.title),
        state=state.name,
        region=f"{state.region} · {state.intermediate_region or state.subregion}",
        facts=facts,
        draft=not final,
        confidential=report.confidential or any(one.confidential for one in text.sections),
        whole=report.confidential,
        copy=f"Copy of {in_words(today)} for {storable(reader)}.",
        parts=[
            Part(storable(section.heading), storable(section.text), section.confidential)
            for section in text.sections
        ],
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """One version of a report's text, as far as the reader may see it."""

    number: int
    title: str
    sections: Sequence[ReportSection | VersionSection]


def _status(report: Report, *, final: bool) -> str:
    if final and report.submitted_on:
        return f"Submitted on {in_words(report.submitted_on)}"
    if report.submitted_on:
        return f"Draft, not what was submitted on {in_words(report.submitted_on)}"
    return f"Draft, in {report.status.replace('_', '-')}"
