"""Keeps other bodies' visits, so that theirs and CTED's are coordinated (¶14)."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.missions.clashes import crowded, days_apart, flag
from services.visits.other_visits.models import OtherVisit, OtherVisitStatus
from services.visits.other_visits.rules import FREE_STEPS, faults_of_days
from services.visits.other_visits.schemas import (
    MetVisit,
    OtherVisitCreate,
    OtherVisitQuery,
    OtherVisitRead,
    OtherVisitUpdate,
)
from shared.auth import CTED, Caller
from shared.database import (
    RecordPage,
    UnitOfWork,
    matching,
    paginate,
    read_one,
    take_turn,
    visible_to,
)
from shared.errors import Conflict, Forbidden, require_sound, require_step


async def enter(
    work: UnitOfWork, caller: Caller, wanted: OtherVisitCreate
) -> tuple[OtherVisit, bool]:
    """The visit of this body and reference, and whether it is new: sent again, it stays one."""
    require_sound(faults_of_days(wanted.starts_on, wanted.ends_on))
    await take_turn(work.session, f"{wanted.body} {wanted.reference}")
    existing = await work.session.scalar(
        select(OtherVisit).where(
            OtherVisit.body == wanted.body, OtherVisit.reference == wanted.reference
        )
    )
    if existing is None:
        visit = OtherVisit(
            **wanted.model_dump(),
            status=OtherVisitStatus.PLANNED,
            cancellation_reason=None,
            entered_by=caller.subject,
        )
        await work.save(visit)
        await flag(work, visit.member_state)
        return visit, True
    _require_own(caller, existing)
    if OtherVisitCreate.model_validate(existing, from_attributes=True) != wanted:
        raise Conflict(
            f"{wanted.body} {wanted.reference} was entered otherwise: change "
            f"/v1/other-visits/{existing.id} instead."
        )
    return existing, False


async def revise(
    work: UnitOfWork,
    caller: Caller,
    visit_id: UUID,
    version: int | None,
    wanted: OtherVisitUpdate,
) -> OtherVisit:
    """Change a planned visit."""
    visit = await _own(work, caller, visit_id, version)
    if visit.status is not OtherVisitStatus.PLANNED:
        raise Conflict(f"The visit is {visit.status}; only a planned one changes.")
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(visit, name, value)
    require_sound(faults_of_days(visit.starts_on, visit.ends_on))
    await work.save(visit)
    await flag(work, visit.member_state)
    return visit


async def cancel(
    work: UnitOfWork, caller: Caller, visit_id: UUID, version: int | None, reason: str
) -> OtherVisit:
    """Keep that another body's visit will not take place: nothing clashes with it any more."""
    visit = await _own(work, caller, visit_id, version)
    require_step("visit", visit.status, OtherVisitStatus.CANCELLED, FREE_STEPS)
    visit.status = OtherVisitStatus.CANCELLED
    visit.cancellation_reason = reason
    await work.save(visit)
    return visit


async def read(session: AsyncSession, caller: Caller, visit_id: UUID) -> OtherVisit:
    """One visit, if the caller may see it."""
    return await read_one(session, _visible(caller), OtherVisit, visit_id)


async def list_other_visits(
    session: AsyncSession, caller: Caller, query: OtherVisitQuery
) -> RecordPage[OtherVisit]:
    """The visits that match the query and that the caller may see."""
    statement = matching(_visible(caller), OtherVisit, query, "member_state", "body", "status")
    if query.ends_from:
        statement = statement.where(OtherVisit.ends_on >= query.ends_from)
    if query.starts_until:
        statement = statement.where(OtherVisit.starts_on <= query.starts_until)
    sortable = {"starts_on": OtherVisit.starts_on, "created_at": OtherVisit.created_at}
    return await paginate(session, statement, query, query.sort, sortable, OtherVisit.id)


async def reader_of(
    session: AsyncSession, caller: Caller, visits: Sequence[OtherVisit]
) -> Callable[[OtherVisit], OtherVisitRead]:
    """What the caller reads of each of these visits, with the visits of CTED that it meets."""
    met: dict[UUID, list[MetVisit]] = {}
    for mission, visit in await crowded(session, OtherVisit.id.in_([one.id for one in visits])):
        if not mission.confidential or caller.may_see_confidential_of(mission.member_state):
            known = MetVisit(
                mission_id=mission.id,
                kind=mission.kind,
                starts_on=mission.starts_on,
                ends_on=mission.ends_on,
                days_apart=days_apart(mission, visit),
            )
            met.setdefault(visit.id, []).append(known)

    def read_one(visit: OtherVisit) -> OtherVisitRead:
        told = OtherVisitRead.model_validate(visit)
        return told.model_copy(update={"clashes": met.get(visit.id, [])})

    return read_one


def _visible(caller: Caller) -> Select[OtherVisit]:
    own = OtherVisit.entered_by == caller.subject
    return visible_to(caller, select(OtherVisit), OtherVisit, party=own)


async def _own(work: UnitOfWork, caller: Caller, visit_id: UUID, version: int | None) -> OtherVisit:
    visit = await read_one(
        work.session, _visible(caller), OtherVisit, visit_id, version=version, locked=True
    )
    _require_own(caller, visit)
    return visit


def _require_own(caller: Caller, visit: OtherVisit) -> None:
    if not caller.has_any(*CTED) and caller.subject != visit.entered_by:
        raise Forbidden("Whoever entered this visit changes it, or CTED does.")
