"""Meetings and invitations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.notifications.meetings import service
from services.notifications.meetings.models import Invitation, Meeting
from services.notifications.meetings.schemas import (
    InvitationAnswer,
    InvitationCreate,
    InvitationQuery,
    InvitationRead,
    MeetingCreate,
    MeetingQuery,
    MeetingRead,
)
from shared.auth import (
    ChairOrCted,
    CtedCommitteeOrState,
    CtedOrState,
    FindingsReader,
)
from shared.database import (
    OptionalVersion,
    Page,
    ReadSession,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=TransactionalRoute)
invitations = APIRouter(prefix="/v1/invitations", tags=["meetings"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def hold_meeting(
    caller: ChairOrCted, work: WriteSession, wanted: MeetingCreate, response: Response
) -> MeetingRead:
    """Plan a meeting of the Committee."""
    meeting = await service.hold(work, wanted)
    created(response, f"/v1/meetings/{meeting.id}", meeting.version)
    return MeetingRead.model_validate(meeting)


@router.get("", responses=problem_responses())
async def list_meetings(
    caller: FindingsReader, session: ReadSession, query: Annotated[MeetingQuery, Query()]
) -> Page[MeetingRead]:
    """Meetings, soonest first."""
    return (await service.list_meetings(session, query)).map(MeetingRead.model_validate)


@router.get("/{meeting_id}", responses=problem_responses(NotFound))
async def read_meeting(
    caller: FindingsReader, session: ReadSession, meeting_id: UUID, response: Response
) -> MeetingRead:
    """One meeting with its agenda."""
    meeting = await session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound.record("Meeting", meeting_id)
    set_etag(response, meeting.version)
    return MeetingRead.model_validate(meeting)


@router.post(
    "/{meeting_id}/invitations", status_code=201, responses=problem_responses(NotFound, Conflict)
)
async def invite_state(
    caller: ChairOrCted,
    work: WriteSession,
    meeting_id: UUID,
    wanted: InvitationCreate,
    response: Response,
) -> InvitationRead:
    """Invite the senior officials of an assessed State (¶8)."""
    invitation = await service.invite(work, meeting_id, wanted)
    created(response, f"/v1/invitations/{invitation.id}", invitation.version)
    return InvitationRead.model_validate(invitation)


@router.get("/{meeting_id}/invitations", responses=problem_responses(NotFound))
async def list_invitations(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    meeting_id: UUID,
    query: Annotated[InvitationQuery, Query()],
) -> Page[InvitationRead]:
    """Who is invited and who attends; a State sees its own invitation."""
    page = await service.list_invitations(session, caller, meeting_id, query)
    return page.map(InvitationRead.model_validate)


@invitations.get("/{invitation_id}", responses=problem_responses(NotFound))
async def read_invitation(
    caller: CtedCommitteeOrState, session: ReadSession, invitation_id: UUID, response: Response
) -> InvitationRead:
    """One invitation and its answer."""
    invitation = await read_visible(session, caller, Invitation, invitation_id)
    set_etag(response, invitation.version)
    return InvitationRead.model_validate(invitation)


@invitations.post(
    "/{invitation_id}/answer", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def answer_invitation(
    caller: CtedOrState,
    work: WriteSession,
    invitation_id: UUID,
    version: OptionalVersion,
    given: InvitationAnswer,
    response: Response,
) -> InvitationRead:
    """Say whether the State's officials attend, and who; until the meeting one may answer anew."""
    invitation = await service.answer(work, caller, invitation_id, version, given)
    set_etag(response, invitation.version)
    return InvitationRead.model_validate(invitation)
