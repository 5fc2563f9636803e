"""Reads every version of a report's text, and what changed between two of them."""

import asyncio
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.reports.differences import SectionText, section_changes
from services.visits.reports.models import (
    Party,
    Report,
    ReportSection,
    ReportVersion,
    SectionRevision,
)
from services.visits.reports.service import party_of, read
from services.visits.reports.version_schemas import (
    ReportDifferences,
    SectionDifference,
    SectionTextRead,
    VersionQuery,
    VersionRead,
    VersionSection,
    VersionSummary,
    WordsRead,
)
from shared.auth import Caller
from shared.database import RecordPage, paginate
from shared.errors import Invalid, NotFound


async def list_versions(
    session: AsyncSession, caller: Caller, report_id: UUID, query: VersionQuery
) -> RecordPage[ReportVersion]:
    """The versions of the text that the caller may see."""
    statement = _readable(caller, await read(session, caller, report_id))
    sortable = {"number": ReportVersion.number}
    return await paginate(session, statement, query, query.sort, sortable, ReportVersion.id)


async def read_version(
    session: AsyncSession, caller: Caller, report_id: UUID, number: int
) -> VersionRead:
    """The whole text as it was."""
    report = await read(session, caller, report_id)
    return await _read(session, await _version(session, caller, report, number))


async def compare(
    session: AsyncSession, caller: Caller, report_id: UUID, number: int, since: int | None
) -> ReportDifferences:
    """What changed up to a version since an earlier one, or since the one before."""
    report = await read(session, caller, report_id)
    after = await _version(session, caller, report, number)
    try:
        before = await _version(session, caller, report, number - 1 if since is None else since)
    except NotFound as error:
        message = f"No such version to compare with; see /v1/reports/{report_id}/versions."
        raise Invalid.of_field("query.since", message) from error
    was, now = await _read(session, before), await _read(session, after)
    return await asyncio.to_thread(_compared, was, now)


def _compared(before: VersionRead, after: VersionRead) -> ReportDifferences:
    kept = {section.key for section in [*before.sections, *after.sections] if section.confidential}
    return ReportDifferences(
        before=VersionSummary.model_validate(before.model_dump()),
        after=VersionSummary.model_validate(after.model_dump()),
        sections=[
            SectionDifference(
                key=change.key,
                step=change.step,
                confidential=change.key in kept,
                before=change.before and SectionTextRead.model_validate(change.before),
                after=change.after and SectionTextRead.model_validate(change.after),
                words=[WordsRead.model_validate(words) for words in change.words],
            )
            for change in section_changes(_texts(before), _texts(after))
        ],
    )


def _texts(version: VersionRead) -> dict[str, SectionText]:
    return {
        section.key: SectionText(
            section.heading, section.text, tuple(section.themes), tuple(section.resolutions)
        )
        for section in version.sections
    }


async def _read(session: AsyncSession, version: ReportVersion) -> VersionRead:
    rows = await session.execute(
        select(ReportSection.key, ReportSection.confidential, SectionRevision)
        .join(SectionRevision, SectionRevision.section_id == ReportSection.id)
        .where(
            ReportSection.report_id == version.report_id,
            ReportSection.key.in_(version.section_keys),
            SectionRevision.text_version <= version.number,
        )
        .distinct(ReportSection.id)
        .order_by(ReportSection.id, SectionRevision.text_version.desc())
    )
    sections = [
        VersionSection(
            key=key,
            heading=revision.heading,
            text=revision.text,
            themes=revision.themes,
            resolutions=revision.resolutions,
            confidential=confidential,
        )
        for key, confidential, revision in rows
    ]
    return VersionRead(
        **VersionSummary.model_validate(version).model_dump(),
        sections=sorted(sections, key=lambda section: version.section_keys.index(section.key)),
    )


async def _version(
    session: AsyncSession, caller: Caller, report: Report, number: int
) -> ReportVersion:
    version: ReportVersion | None = await session.scalar(
        _readable(caller, report).where(ReportVersion.number == number)
    )
    if version is None:
        raise NotFound.record("Version", number)
    return version


def _readable(caller: Caller, report: Report) -> Select[ReportVersion]:
    """The State and the Committee see no version from before the report came to them."""
    first = {
        Party.MEMBER_STATE: report.state_version,
        Party.COMMITTEE: report.committee_version,
    }
    party = party_of(caller)
    assert party is not None  # noqa: S101 - versions are for parties alone
    return select(ReportVersion).where(
        ReportVersion.report_id == report.id, ReportVersion.number >= (first.get(party) or 1)
    )
