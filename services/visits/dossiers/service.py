"""Assembles dossiers and keeps each as a version."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.consent_timelines.models import Moment
from services.visits.dossiers.assembling import Found, Outcome
from services.visits.dossiers.models import DossierVersion
from services.visits.dossiers.rules import REFUSALS, DossierSectionStatus, Kept, status_after
from services.visits.dossiers.schemas import (
    DossierContent,
    DossierQuery,
    OwnFollowUp,
    OwnMoment,
    OwnVisit,
    Section,
    VisitRecord,
)
from services.visits.dossiers.upstream import UpstreamError
from services.visits.follow_up.models import FollowUp
from services.visits.missions.models import Mission
from services.visits.ranking.models import PastVisit
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Known:
    """What there is before anything is asked for: the visit, its record, the dossier before."""

    mission_id: UUID
    member_state: str
    record: VisitRecord
    before: DossierContent | None
    """The State's latest dossier, of this visit or another."""


async def known(session: AsyncSession, mission_id: UUID) -> Known:
    """What this service knows of the visit's State.

    Raises:
        NotFound: there is no such visit.
    """
    mission = await session.get(Mission, mission_id)
    if mission is None:
        raise NotFound.record("Mission", mission_id)
    state = mission.member_state
    before = await session.scalar(
        select(DossierVersion)
        .where(DossierVersion.member_state == state)
        .order_by(DossierVersion.created_at.desc(), DossierVersion.id.desc())
        .limit(1)
    )
    return Known(
        mission.id,
        state,
        await _record_of(session, state),
        None if before is None else DossierContent.model_validate(before.content),
    )


async def keep(
    work: UnitOfWork,
    caller: Caller,
    known: Known,
    outcomes: dict[str, Outcome],
) -> DossierVersion:
    """Keep what was found as the visit's next version."""
    now = work.clock.now()
    sections = {
        name: _section(kind, known, name, outcomes[name], now)
        for name, kind in DossierContent.sections.items()
    }
    content = DossierContent(visit_record=known.record, **sections)
    # Locked, so that two who assemble at once make two versions, one after the other.
    mission = await work.get(Mission, known.mission_id, locked=True)
    numbers = select(func.max(DossierVersion.number)).where(DossierVersion.mission_id == mission.id)
    version = DossierVersion(
        mission_id=mission.id,
        member_state=mission.member_state,
        confidential=True,
        number=(await work.session.scalar(numbers) or 0) + 1,
        assembled_by=caller.subject,
        complete=all(one.status == DossierSectionStatus.COMPLETE for one in sections.values()),
        content=content.model_dump(mode="json"),
    )
    await work.save(version)
    return version


async def read(
    session: AsyncSession, mission_id: UUID, number: int | None = None
) -> DossierVersion:
    """The visit's dossier of this number, or its latest.

    Raises:
        NotFound: there is none.
    """
    statement = select(DossierVersion).where(DossierVersion.mission_id == mission_id)
    if number is not None:
        statement = statement.where(DossierVersion.number == number)
    version = await session.scalar(statement.order_by(DossierVersion.number.desc()).limit(1))
    if version is None:
        way_out = f"assemble one with POST /v1/missions/{mission_id}/dossier"
        raise NotFound(f"There is no such dossier; {way_out}.")
    return version


async def list_versions(
    session: AsyncSession, mission_id: UUID, query: DossierQuery
) -> RecordPage[DossierVersion]:
    """The dossiers of a visit."""
    if await session.get(Mission, mission_id) is None:
        raise NotFound.record("Mission", mission_id)
    table = DossierVersion
    statement = select(table).where(table.mission_id == mission_id)
    if query.complete is not None:
        statement = statement.where(table.complete == query.complete)
    sortable = {"number": table.number}
    return await paginate(session, statement, query, query.sort, sortable, table.number)


def _section(
    kind: type[Section], known: Known, name: str, outcome: Outcome, now: datetime
) -> Section:
    if isinstance(outcome, Found):
        return kind.model_validate(
            {"status": DossierSectionStatus.COMPLETE, "content": outcome.content}
            | {"as_of": now, "age_seconds": 0},
            from_attributes=True,
        )
    before: Any = getattr(known.before, name, None)
    kept = None if before is None else Kept(before.as_of, before.since)
    status = status_after(outcome.reason, kept)
    section = kind(
        status=status,
        reason=outcome.reason,
        detail=outcome.detail,
        since=kept.since if kept and kept.since else now,
        retry=_way_out(known.mission_id, outcome),
    )
    if status == DossierSectionStatus.UNAVAILABLE:
        return section
    age = int((now - before.as_of).total_seconds())
    shown = {"as_of": before.as_of, "age_seconds": age, "content": before.content}
    return section.model_copy(update=shown)


def _way_out(mission_id: UUID, error: UpstreamError) -> str | None:
    if error.reason in REFUSALS:
        return None
    when = f" in {ceil(error.wait)} s" if error.wait else ""
    return f"POST /v1/missions/{mission_id}/dossier{when}"


async def _record_of(session: AsyncSession, state: str) -> VisitRecord:
    visits = await session.scalars(
        select(PastVisit)
        .where(PastVisit.member_state == state)
        .order_by(PastVisit.visited_on.desc(), PastVisit.id)
    )
    moments = await session.scalars(
        select(Moment)
        .where(Moment.member_state == state)
        .order_by(Moment.happened_on.desc(), Moment.id.desc())
    )
    follow_up = await session.scalar(
        select(FollowUp)
        .where(FollowUp.member_state == state)
        .order_by(FollowUp.submitted_on.desc(), FollowUp.id.desc())
        .limit(1)
    )
    return VisitRecord(
        past_visits=[OwnVisit.model_validate(visit) for visit in visits],
        consent_timeline=[OwnMoment.model_validate(moment) for moment in moments],
        last_follow_up=follow_up and OwnFollowUp.model_validate(follow_up),
    )
