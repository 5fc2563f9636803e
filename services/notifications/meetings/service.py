"""Holds meetings and invites assessed States to them (¶8)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.events import (
    InvitationAnswered,
    InvitationIssued,
    InvitationRefused,
)
from services.notifications.meetings.models import (
    AssessedState,
    Invitation,
    InvitationStatus,
    Meeting,
)
from services.notifications.meetings.rules import FREE_STEPS, answer_of, is_over
from services.notifications.meetings.schemas import (
    InvitationAnswer,
    InvitationCreate,
    InvitationQuery,
    MeetingCreate,
    MeetingQuery,
)
from services.visits.events import InvitationRequested
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, read_visible, visible_to
from shared.errors import Conflict, Invalid, NotFound, Problem, require_step


async def hold(work: UnitOfWork, wanted: MeetingCreate) -> Meeting:
    """Plan a meeting."""
    today = work.clock.today()
    if is_over(wanted.held_on, today):
        raise Invalid.of_field("body.held_on", f"Give today, {today}, or a later date.")
    meeting = Meeting(**wanted.model_dump())
    await work.save(meeting)
    return meeting


async def note_assessed(work: UnitOfWork, member_state: str, *, confidential: bool) -> None:
    """Keep that the State has an assessment or a report behind it."""
    new = insert(AssessedState).values(member_state=member_state, confidential=confidential)
    await work.session.execute(
        new.on_conflict_do_update(
            index_elements=["member_state"],
            set_={"confidential": AssessedState.confidential & new.excluded.confidential},
        )
    )


async def carry_out(work: UnitOfWork, request: InvitationRequested) -> None:
    """Invite whom a request names; where that cannot be, tell why."""
    wanted = InvitationCreate.model_construct(
        member_state=request.member_state, officials=request.officials
    )
    try:
        await invite(work, request.meeting_id, wanted, request)
    except Problem as hindrance:
        work.publish(
            InvitationRefused(
                member_state=request.member_state,
                confidential=request.confidential,
                invitation_request_id=request.invitation_request_id,
                refused_on=work.clock.today(),
                reason=hindrance.detail,
            )
        )


async def invite(
    work: UnitOfWork,
    meeting_id: UUID,
    wanted: InvitationCreate,
    request: InvitationRequested | None = None,
) -> Invitation:
    """Invite an assessed State's senior officials, once to each meeting.

    An invitation is as confidential as the request that it carries out (¶23).
    """
    meeting = await work.get(Meeting, meeting_id, locked=True)
    _require_ahead(meeting, work)
    assessed = await work.session.get(AssessedState, wanted.member_state)
    if assessed is None:
        raise Invalid.of_field(
            "body.member_state",
            f"{wanted.member_state} has no completed assessment and no submitted report;"
            " assessed States are invited (¶8).",
        )
    known = await work.session.scalar(
        select(Invitation.id).where(
            Invitation.meeting_id == meeting.id, Invitation.member_state == wanted.member_state
        )
    )
    if known is not None:
        raise Conflict(f"{wanted.member_state} is invited already: /v1/invitations/{known}.")
    invitation = Invitation(
        member_state=wanted.member_state,
        confidential=assessed.confidential or (request is not None and request.confidential),
        meeting_id=meeting.id,
        status=InvitationStatus.ISSUED,
        officials=wanted.officials,
        delegates=[],
        request_id=request and request.invitation_request_id,
    )
    await work.save(invitation)
    work.publish(
        InvitationIssued(
            member_state=invitation.member_state,
            confidential=invitation.confidential,
            invitation_id=invitation.id,
            meeting_id=meeting.id,
            meeting=meeting.title,
            held_on=meeting.held_on,
            invitation_request_id=invitation.request_id,
        )
    )
    return invitation


async def answer(
    work: UnitOfWork,
    caller: Caller,
    invitation_id: UUID,
    version: int | None,
    given: InvitationAnswer,
) -> Invitation:
    """Keep the State's answer; until the meeting it may answer anew."""
    invitation = await read_visible(
        work.session, caller, Invitation, invitation_id, version=version, locked=True
    )
    caller.require_state(invitation.member_state)
    _require_ahead(await work.get(Meeting, invitation.meeting_id), work)
    status = InvitationStatus(answer_of(attends=given.attends))
    require_step("invitation", invitation.status, status, FREE_STEPS)
    invitation.status = status
    invitation.delegates = given.delegates
    await work.save(invitation)
    work.publish(
        InvitationAnswered(
            member_state=invitation.member_state,
            confidential=invitation.confidential,
            invitation_id=invitation.id,
            invitation_request_id=invitation.request_id,
            attends=given.attends,
            answered_on=work.clock.today(),
        )
    )
    return invitation


async def list_meetings(session: AsyncSession, query: MeetingQuery) -> RecordPage[Meeting]:
    """The meetings that match the query."""
    statement = select(Meeting)
    if query.kind:
        statement = statement.where(Meeting.kind == query.kind)
    if query.held_from:
        statement = statement.where(Meeting.held_on >= query.held_from)
    if query.held_until:
        statement = statement.where(Meeting.held_on <= query.held_until)
    return await paginate(
        session, statement, query, query.sort, {"held_on": Meeting.held_on}, Meeting.id
    )


async def list_invitations(
    session: AsyncSession, caller: Caller, meeting_id: UUID, query: InvitationQuery
) -> RecordPage[Invitation]:
    """The meeting's invitations that the caller may see."""
    if await session.get(Meeting, meeting_id) is None:
        raise NotFound.record("Meeting", meeting_id)
    statement = visible_to(
        caller, select(Invitation).where(Invitation.meeting_id == meeting_id), Invitation
    )
    if query.member_state:
        statement = statement.where(Invitation.member_state == query.member_state)
    if query.status:
        statement = statement.where(Invitation.status == query.status)
    sortable = {"member_state": Invitation.member_state}
    return await paginate(session, statement, query, query.sort, sortable, Invitation.id)


def _require_ahead(meeting: Meeting, work: UnitOfWork) -> None:
    if is_over(meeting.held_on, work.clock.today()):
        raise Conflict(
            f"The meeting was held on {meeting.held_on}; nobody is invited or answers now."
        )
