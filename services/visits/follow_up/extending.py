"""More time to report, bearing in mind differences in capacity and resources (¶9)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.events import FollowUpExtended
from services.visits.follow_up.models import Extension, ExtensionStatus, FollowUp, FollowUpStatus
from services.visits.follow_up.rules import (
    FREE_STEPS,
    FREE_STEPS_OF_EXTENSION,
    faults_of_extension,
    latest_extension,
)
from services.visits.follow_up.schemas import ExtensionCreate, ExtensionDecision
from services.visits.follow_up.service import plan_due, withdraw_recommended
from shared.auth import Caller, Role
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate, read_visible
from shared.errors import Conflict, NotFound, require_sound, require_step
from shared.reference import member_states


async def request(
    work: UnitOfWork,
    caller: Caller,
    follow_up_id: UUID,
    version: int | None,
    wanted: ExtensionCreate,
) -> Extension:
    """Ask for more time; the lead of CTED, who decides on it, gives it of its own."""
    follow_up = await read_visible(
        work.session, caller, FollowUp, follow_up_id, version=version, locked=True
    )
    require_step("follow-up", follow_up.status, FollowUpStatus.OPEN, FREE_STEPS)
    _check(work, follow_up, wanted)
    await _require_none_undecided(work, follow_up)
    extension = Extension(
        member_state=follow_up.member_state,
        confidential=follow_up.confidential,
        follow_up_id=follow_up.id,
        status=ExtensionStatus.REQUESTED,
        due_on=follow_up.due_on,
        until=wanted.until,
        reason=wanted.reason,
        requested_by=caller.subject,
        requested_on=work.clock.today(),
        decision_reason=None,
        decided_by=None,
        decided_on=None,
    )
    if caller.has_any(Role.CTED_LEAD):
        await _grant(work, caller, follow_up, extension, wanted.reason)
    await work.save(extension)
    return extension


async def decide(
    work: UnitOfWork,
    caller: Caller,
    follow_up_id: UUID,
    extension_id: UUID,
    version: int | None,
    decided: ExtensionDecision,
) -> Extension:
    """Grant what was asked for, or refuse it; either with the reason."""
    follow_up = await work.get(FollowUp, follow_up_id, locked=True)
    extension = await work.get(Extension, extension_id, version=version, locked=True)
    if extension.follow_up_id != follow_up.id:
        raise NotFound.record("Extension", extension_id)
    require_step("extension", extension.status, decided.outcome, FREE_STEPS_OF_EXTENSION)
    if decided.outcome == "granted":
        if extension.until <= work.clock.today():
            raise Conflict(f"It was asked for until {extension.until}, which has come: refuse it.")
        await _grant(work, caller, follow_up, extension, decided.reason)
    else:
        _note(work, caller, extension, ExtensionStatus.REFUSED, decided.reason)
    await work.save(extension)
    return extension


async def read(
    session: AsyncSession, caller: Caller, follow_up_id: UUID, extension_id: UUID
) -> Extension:
    """One extension of the follow-up, if the caller may see it."""
    extension = await read_visible(session, caller, Extension, extension_id)
    if extension.follow_up_id != follow_up_id:
        raise NotFound.record("Extension", extension_id)
    return extension


async def list_extensions(
    session: AsyncSession, caller: Caller, follow_up_id: UUID, query: HistoryQuery
) -> RecordPage[Extension]:
    """Every extension that was asked for or given."""
    follow_up = await read_visible(session, caller, FollowUp, follow_up_id)
    statement = select(Extension).where(Extension.follow_up_id == follow_up.id)
    sortable = {"created_at": Extension.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Extension.id)


def _check(work: UnitOfWork, follow_up: FollowUp, wanted: ExtensionCreate) -> None:
    state = member_states()[follow_up.member_state]
    latest_on = latest_extension(follow_up.first_due_on, least_developed=state.least_developed)
    require_sound(
        faults_of_extension(wanted.until, follow_up.due_on, latest_on, work.clock.today()),
        "The follow-up cannot be extended to this day.",
    )


async def _require_none_undecided(work: UnitOfWork, follow_up: FollowUp) -> None:
    undecided = await work.session.scalar(
        select(Extension.id).where(
            Extension.follow_up_id == follow_up.id, Extension.status == ExtensionStatus.REQUESTED
        )
    )
    if undecided is not None:
        where = f"/v1/follow-ups/{follow_up.id}/extensions/{undecided}"
        raise Conflict(f"More time was asked for already and is to be decided first: {where}.")


async def _grant(
    work: UnitOfWork, caller: Caller, follow_up: FollowUp, extension: Extension, reason: str
) -> None:
    """Move the due date; on the new one the follow-up falls due, though it had before."""
    require_step("follow-up", follow_up.status, FollowUpStatus.OPEN, FREE_STEPS)
    _note(work, caller, extension, ExtensionStatus.GRANTED, reason)
    follow_up.status = FollowUpStatus.OPEN
    follow_up.due_on = extension.until
    withdraw_recommended(follow_up)
    await work.save(follow_up)
    await plan_due(work, follow_up)
    work.publish(
        FollowUpExtended(
            member_state=follow_up.member_state,
            confidential=follow_up.confidential,
            follow_up_id=follow_up.id,
            report_id=follow_up.report_id,
            follow_up_due_on=follow_up.due_on,
            extended_on=work.clock.today(),
            reason=reason,
        )
    )


def _note(
    work: UnitOfWork, caller: Caller, extension: Extension, status: ExtensionStatus, reason: str
) -> None:
    extension.status = status
    extension.decision_reason = reason
    extension.decided_by = caller.subject
    extension.decided_on = work.clock.today()
