"""Writes the text of a report, a section at a time or all together, and keeps every version."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from services.visits.events import ReportDrafted
from services.visits.missions.models import Mission, MissionKind, MissionStatus
from services.visits.reports import stages
from services.visits.reports.confidentiality import keep_request
from services.visits.reports.models import (
    Action,
    Report,
    ReportSection,
    ReportStatus,
    ReportVersion,
    SectionRevision,
)
from services.visits.reports.rules import WRITTEN_IN, Faults, faults_of_keys, key_of
from services.visits.reports.schemas import (
    ReportCreate,
    ReportUpdate,
    SectionGiven,
    SectionUpdate,
)
from services.visits.reports.service import section_of
from services.visits.reports.templates import TemplateSection, template
from services.visits.reports.texts import faults_of_texts
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import Conflict, Invalid, require_sound
from shared.reference import themes

_TEXT = ("heading", "text", "themes", "resolutions")
_LIFT = "The State keeps it confidential; lift that by /confidentiality, or leave this out."
_UNSAVED = "Nothing was saved; correct these and send again."


async def draft(work: UnitOfWork, caller: Caller, wanted: ReportCreate) -> Report:
    """Draft the report of a completed visit, from its template where no sections are given."""
    faults = await _faults_of(wanted.sections or [])
    mission = await work.session.get(Mission, wanted.mission_id)
    if mission is None:
        faults.append(("mission_id", "No such visit; see /v1/missions."))
    require_sound(faults, "Nothing was drafted; correct these and send again.")
    assert mission is not None  # noqa: S101 - a fault if it is
    if mission.status != MissionStatus.COMPLETED:
        raise Conflict(f"The visit is {mission.status}; its report follows its completion.")
    existing = await work.session.scalar(select(Report).where(Report.mission_id == mission.id))
    if existing is not None:
        raise Conflict(f"This visit has its report: /v1/reports/{existing.id}.")
    report = Report(
        mission_id=mission.id,
        title=wanted.title,
        member_state=mission.member_state,
        confidential=mission.confidential,
        status=ReportStatus.DRAFTING,
        section_keys=[],
        text_version=0,
        state_version=None,
        committee_version=None,
        drafted_on=work.clock.today(),
        submitted_on=None,
        initial=None,
        follow_up_due_on=None,
    )
    await work.save(report)
    await _write(work, caller, report, wanted.sections or _from_template(mission))
    await _keep_version(work, caller, report)
    work.publish(
        ReportDrafted(
            member_state=report.member_state,
            confidential=report.confidential,
            report_id=report.id,
            mission_id=report.mission_id,
            drafted_on=report.drafted_on,
        )
    )
    await stages.begin(work, report, caller.subject)
    return report


async def revise(
    work: UnitOfWork, caller: Caller, report_id: UUID, version: int | None, wanted: ReportUpdate
) -> Report:
    """Change the title, or all the sections together."""
    require_sound(await _faults_of(wanted.sections or []), _UNSAVED)
    report = await work.get(Report, report_id, version=version, locked=True)
    _require_written(report)
    changed = wanted.title is not None and wanted.title != report.title
    report.title = wanted.title or report.title
    if wanted.sections is not None:
        changed |= await _write(work, caller, report, wanted.sections)
    if changed:
        await _keep_version(work, caller, report)
    await work.save(report)
    return report


async def save_section(
    work: UnitOfWork,
    caller: Caller,
    report_id: UUID,
    key: str,
    version: int | None,
    wanted: SectionUpdate,
) -> ReportSection:
    """Change one section, while others change theirs."""
    require_sound(await asyncio.to_thread(faults_of_texts, {"text": wanted.text or ""}))
    report = await work.get(Report, report_id, locked=True)
    _require_written(report)
    section = await section_of(work.session, caller, report, key)
    section.check_version(version)
    if section.confidential and wanted.confidential is False:
        raise Invalid.of_field("body.confidential", _LIFT)
    values = {
        name: getattr(section, name) if (given := getattr(wanted, name)) is None else given
        for name in _TEXT
    }
    if await _keep(work, caller, report, section, values, confidential=wanted.confidential):
        await _keep_version(work, caller, report)
    return section


def template_of(kind: MissionKind, codes: Iterable[str] = ()) -> list[TemplateSection]:
    """The sections that a report on such a visit begins with."""
    return template(kind, [(code, themes()[code].name) for code in codes])


def _from_template(mission: Mission) -> list[SectionGiven]:
    """The template's sections, each of a theme with those of the visit's resolutions it is on."""
    return [
        SectionGiven(
            key=section.key,
            heading=section.heading,
            text="",
            themes=list(section.themes),
            resolutions=[
                number
                for number in mission.resolutions
                if any(number in themes()[code].resolutions for code in section.themes)
            ],
        )
        for section in template_of(mission.kind, mission.themes)
    ]


async def _faults_of(given: Sequence[SectionGiven]) -> Faults:
    texts = {f"sections.{n}.text": section.text for n, section in enumerate(given)}
    return faults_of_keys([_key(section) for section in given]) + await asyncio.to_thread(
        faults_of_texts, texts
    )


def _key(section: SectionGiven) -> str:
    return section.key or key_of(section.heading)


def _require_written(report: Report) -> None:
    if report.status not in WRITTEN_IN:
        raise Conflict(
            f"The report is in {report.status.replace('_', ' ')}: its text changes only in "
            f"{' and '.join(WRITTEN_IN)}."
        )


async def _write(
    work: UnitOfWork, caller: Caller, report: Report, given: Sequence[SectionGiven]
) -> bool:
    """Make these the report's sections; whether its text is another then."""
    found = await work.session.scalars(
        select(ReportSection).where(ReportSection.report_id == report.id)
    )
    known = {section.key: section for section in found}
    faults = [
        (f"sections.{n}.confidential", _LIFT)
        for n, section in enumerate(given)
        if section.confidential is False
        and (kept := known.get(_key(section))) is not None
        and kept.confidential
    ]
    require_sound(faults, _UNSAVED)
    before, report.section_keys = report.section_keys, [_key(section) for section in given]
    changed = before != report.section_keys
    for wanted in given:
        section = known.get(_key(wanted)) or ReportSection(
            report_id=report.id, key=_key(wanted), confidential=False
        )
        values = wanted.model_dump(include={*_TEXT})
        changed |= await _keep(
            work, caller, report, section, values, confidential=wanted.confidential
        )
    return changed


async def _keep(
    work: UnitOfWork,
    caller: Caller,
    report: Report,
    section: ReportSection,
    values: Mapping[str, Any],
    *,
    confidential: bool | None,
) -> bool:
    """Write a section of the version that the report is to have; whether its text is another."""
    changed = any(getattr(section, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(section, name, value)
    if confidential and not section.confidential:
        section.confidential = True
        flag_modified(report, "section_keys")
        reason = "Asked for when the section was written."
        await keep_request(work, caller, report, section.key, Action.PLACE, reason)
    await work.save(section)
    if changed:
        await work.save(
            SectionRevision(section_id=section.id, text_version=report.text_version + 1, **values)
        )
    return changed


async def _keep_version(work: UnitOfWork, caller: Caller, report: Report) -> None:
    report.text_version += 1
    version = ReportVersion(
        report_id=report.id,
        number=report.text_version,
        title=report.title,
        section_keys=report.section_keys,
        status=report.status,
        saved_by=caller.subject,
        saved_on=work.clock.today(),
    )
    await work.save(report, version)
