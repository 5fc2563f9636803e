"""Opens and closes dated duties as events tell, and says when they approach or were missed."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.deadlines.models import Deadline, DeadlineStatus, EarlyClosing
from services.notifications.deadlines.rules import (
    FREE_STEPS,
    KEPT_BETWEEN,
    Duty,
    approaching_on,
    duties_closed,
    duties_opened,
    duties_owed_again,
    missed_on,
)
from services.notifications.deadlines.schemas import DeadlineQuery
from services.notifications.events import DeadlineApproaching, DeadlineMissed
from shared.auth import Caller, Role
from shared.database import RecordPage, UnitOfWork, paginate, read_one, take_turn, visible_to
from shared.events import StateEvent
from shared.events.topics import name_of
from shared.scheduling import DueJob, cancel, schedule

APPROACHING_JOB = "deadline-approaching"
MISSED_JOB = "deadline-missed"
OCT = "OCT"
"""The name under which the Office of Counter-Terrorism is a provider."""


async def follow(work: UnitOfWork, event: StateEvent) -> None:
    """Open and close the duties that the event opens and closes."""
    name, data = name_of(event.type), event.model_dump()
    for duty in duties_closed(name, data):
        await _close(work, duty, data[duty.about], confidential=event.confidential)
    for duty in duties_owed_again(name, data):
        await _open_again(work, duty, data[duty.about])
    for duty in duties_opened(name, data):
        await _open(work, duty, event)
        if event.confidential:  # what was open before is so from now on
            about = (Deadline.duty == duty.name, Deadline.about_id == data[duty.about])
            await work.session.execute(update(Deadline).where(*about).values(confidential=True))


async def mark(work: UnitOfWork, about_id: UUID, *, confidential: bool) -> None:
    """Treat what is due about a record as confidential, or no longer (¶23)."""
    await work.session.execute(
        update(Deadline)
        .where(or_(Deadline.about_id == about_id, Deadline.part_of_id == about_id))
        .values(confidential=confidential)
    )


async def announce_approaching(job: DueJob, work: UnitOfWork) -> None:
    """Say that the deadline approaches, unless it was met, has moved or is past already."""
    deadline = await work.get(Deadline, UUID(job.key.split()[0]), locked=True)
    if DeadlineStatus.APPROACHING not in FREE_STEPS[deadline.status] or job.key != _key(deadline):
        return
    if work.clock.today() > deadline.due_on:
        return  # the clock jumped: that it was missed is all there is to say
    deadline.status = DeadlineStatus.APPROACHING
    work.publish(DeadlineApproaching(**_facts(deadline)))


async def announce_missed(job: DueJob, work: UnitOfWork) -> None:
    """Say that the deadline was missed, unless it was met or has moved."""
    deadline = await work.get(Deadline, UUID(job.key.split()[0]), locked=True)
    if DeadlineStatus.MISSED not in FREE_STEPS[deadline.status] or job.key != _key(deadline):
        return
    deadline.status = DeadlineStatus.MISSED
    work.publish(DeadlineMissed(**_facts(deadline)))


async def list_deadlines(
    session: AsyncSession, caller: Caller, query: DeadlineQuery
) -> RecordPage[Deadline]:
    """The deadlines that match the query and that the caller may see."""
    statement = _readable_by(caller)
    if query.member_state:
        statement = statement.where(Deadline.member_state == query.member_state)
    if query.duty:
        statement = statement.where(Deadline.duty == query.duty)
    if query.status:
        statement = statement.where(Deadline.status == query.status)
    if query.due_before:
        statement = statement.where(Deadline.due_on < query.due_before)
    sortable = {"due_on": Deadline.due_on, "created_at": Deadline.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Deadline.id)


async def read(session: AsyncSession, caller: Caller, deadline_id: UUID) -> Deadline:
    """One deadline, if the caller may see it."""
    return await read_one(session, _readable_by(caller), Deadline, deadline_id)


async def _open(work: UnitOfWork, duty: Duty, event: StateEvent) -> None:
    data = event.model_dump()
    about_id = data[duty.about]
    known = await _locked(work, duty, about_id)
    reminded_on = approaching_on(data[duty.due], _happened_on(work))
    if known is not None:  # announced again, with another date
        if known.status == DeadlineStatus.MET:
            return
        if known.due_on != data[duty.due]:
            await _forget(work, known)
            known.moves += 1
            known.status = DeadlineStatus.OPEN  # of the other date nobody was reminded yet
        known.due_on, known.approaching_on = data[duty.due], reminded_on
        deadline = known
    else:
        closing = await work.session.get(EarlyClosing, (duty.name, about_id))
        deadline = Deadline(
            member_state=event.member_state,
            confidential=event.confidential,
            duty=duty.name,
            about_id=about_id,
            part_of_id=data[duty.part_of] if duty.part_of else None,
            owed_by=duty.owed_by,
            organisation=data["provider"] if duty.owed_by == "organisation" else None,
            due_on=data[duty.due],
            approaching_on=reminded_on,
            status=DeadlineStatus.MET if closing else DeadlineStatus.OPEN,
            met_on=closing.met_on if closing else None,
        )
    await work.save(deadline)
    if deadline.status != DeadlineStatus.MET:
        await _plan(work, deadline)


async def _plan(work: UnitOfWork, deadline: Deadline) -> None:
    await schedule(work, APPROACHING_JOB, _key(deadline), deadline.approaching_on)
    await schedule(work, MISSED_JOB, _key(deadline), missed_on(deadline.due_on))


async def _forget(work: UnitOfWork, deadline: Deadline) -> None:
    await cancel(work, APPROACHING_JOB, _key(deadline))
    await cancel(work, MISSED_JOB, _key(deadline))


def _key(deadline: Deadline) -> str:
    """Of the jobs that announce it: each move is announced anew, one back to an old date too."""
    return f"{deadline.id} {deadline.moves}"


async def _close(work: UnitOfWork, duty: Duty, about_id: UUID, *, confidential: bool) -> None:
    deadline = await _locked(work, duty, about_id)
    met_on = _happened_on(work)
    if deadline is None:
        await work.session.execute(
            insert(EarlyClosing)
            .values(duty=duty.name, about_id=about_id, met_on=met_on)
            .on_conflict_do_nothing()
        )
        return
    if deadline.status == DeadlineStatus.MET:
        return
    deadline.status, deadline.met_on = DeadlineStatus.MET, met_on
    deadline.confidential = deadline.confidential or confidential
    await work.save(deadline)
    await _forget(work, deadline)


async def _open_again(work: UnitOfWork, duty: Duty, about_id: UUID) -> None:
    """What met the duty was taken back; that its date is past meanwhile is not announced again."""
    deadline = await _locked(work, duty, about_id)
    if deadline is None or deadline.status != DeadlineStatus.MET:
        return
    is_past = _happened_on(work) >= missed_on(deadline.due_on)
    deadline.status = DeadlineStatus.MISSED if is_past else DeadlineStatus.OPEN
    deadline.met_on = None
    await work.save(deadline)
    if not is_past:
        await _plan(work, deadline)


def _happened_on(work: UnitOfWork) -> date:
    """The date of the event in hand, which may be heard of days after it happened."""
    return work.cause.time.date() if work.cause else work.clock.today()


async def _locked(work: UnitOfWork, duty: Duty, about_id: UUID) -> Deadline | None:
    """The duty's deadline, if it is known; opening and closing it elsewhere waits for us."""
    await take_turn(work.session, f"{duty.name} {about_id}")
    deadline: Deadline | None = await work.session.scalar(
        select(Deadline)
        .where(Deadline.duty == duty.name, Deadline.about_id == about_id)
        .with_for_update()
    )
    return deadline


def _facts(deadline: Deadline) -> dict[str, object]:
    return {
        "member_state": deadline.member_state,
        "confidential": deadline.confidential,
        "deadline_id": deadline.id,
        "duty": deadline.duty,
        "due_on": deadline.due_on,
        "owed_by": deadline.owed_by,
        "organisation": deadline.organisation,
        "about_id": deadline.about_id,
    }


def _readable_by(caller: Caller) -> Select[Deadline]:
    statement = visible_to(caller, select(Deadline), Deadline, party=_is_party(caller))
    if caller.is_cted_or_committee or caller.has_any(Role.MEMBER_STATE):
        return statement
    return statement.where(Deadline.duty.not_in(KEPT_BETWEEN))


def _is_party(caller: Caller) -> ColumnElement[bool] | None:
    """A provider sees what itself owes, though it be confidential; for OCT only its role speaks."""
    if Role.OCT in caller.roles:
        return Deadline.organisation == OCT
    if Role.PARTNER in caller.roles and caller.organisation != OCT:
        return Deadline.organisation == caller.organisation
    return None
