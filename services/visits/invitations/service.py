"""Asks that assessed States be invited, and hears what became of it (¶8)."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.events import InvitationAnswered, InvitationIssued, InvitationRefused
from services.visits.events import InvitationRequested
from services.visits.findings.models import CompletedAssessment
from services.visits.invitations.models import InvitationRequest, RequestStatus
from services.visits.invitations.rules import FREE_STEPS, faults_of_request
from services.visits.invitations.schemas import InvitationRequestCreate, InvitationRequestQuery
from services.visits.reports.models import Report
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate, take_turn
from shared.errors import Conflict, require_sound, require_step


async def request(
    work: UnitOfWork, caller: Caller, wanted: InvitationRequestCreate
) -> InvitationRequest:
    """Ask for an invitation; the notifications service finds whether it can be issued."""
    session, state = work.session, wanted.member_state
    submitted = select(func.bool_and(Report.confidential)).where(
        Report.member_state == state, Report.submitted_on.is_not(None)
    )
    all_confidential = await session.scalar(submitted)
    heard = select(CompletedAssessment.assessment_id).where(
        CompletedAssessment.member_state == state
    )
    is_assessed = (
        wanted.assessed
        or all_confidential is not None
        or bool(await session.scalar(select(heard.exists())))
    )
    require_sound(
        faults_of_request(wanted.officials, is_assessed=is_assessed),
        "The State cannot be invited so.",
    )
    await _require_no_other(session, wanted)
    asked = InvitationRequest(
        **wanted.model_dump(exclude={"assessed"}),
        # Where no report says that the State is open about it, nothing here may tell others (¶23).
        confidential=all_confidential is not False,
        status=RequestStatus.REQUESTED,
        requested_by=caller.subject,
        requested_on=work.clock.today(),
        invitation_id=None,
        meeting=None,
        held_on=None,
        refused_because=None,
        answered_on=None,
    )
    await work.save(asked)
    work.publish(
        InvitationRequested(
            member_state=asked.member_state,
            confidential=asked.confidential,
            invitation_request_id=asked.id,
            meeting_id=asked.meeting_id,
            officials=asked.officials,
            reason=asked.reason,
            requested_on=asked.requested_on,
        )
    )
    return asked


async def cancel(work: UnitOfWork, request_id: UUID, version: int | None) -> InvitationRequest:
    """Take back a request of which nothing has come yet."""
    asked = await work.get(InvitationRequest, request_id, version=version, locked=True)
    require_step("request", asked.status, RequestStatus.CANCELLED, FREE_STEPS)
    asked.status = RequestStatus.CANCELLED
    await work.save(asked)
    return asked


async def hear_issued(work: UnitOfWork, event: InvitationIssued) -> None:
    """The State is invited; where its answer was heard before, that stands."""
    asked = await _asked(work, event.invitation_request_id)
    if asked is not None:
        _take(asked, RequestStatus.ISSUED)
        asked.invitation_id = event.invitation_id
        asked.meeting, asked.held_on = event.meeting, event.held_on


async def hear_refused(work: UnitOfWork, event: InvitationRefused) -> None:
    """The State cannot be invited."""
    asked = await _asked(work, event.invitation_request_id)
    if asked is not None and _take(asked, RequestStatus.REFUSED):
        asked.refused_because = event.reason


async def hear_answered(work: UnitOfWork, event: InvitationAnswered) -> None:
    """The State said whether its officials attend."""
    status = RequestStatus.ACCEPTED if event.attends else RequestStatus.DECLINED
    asked = await _asked(work, event.invitation_request_id)
    if asked is not None and _take(asked, status):
        asked.answered_on = event.answered_on


async def list_requests(
    session: AsyncSession, query: InvitationRequestQuery
) -> RecordPage[InvitationRequest]:
    """The requests that match the query."""
    table = InvitationRequest
    statement = matching(select(table), table, query, "member_state", "meeting_id", "status")
    sortable = {"requested_on": table.requested_on, "created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def _require_no_other(session: AsyncSession, wanted: InvitationRequestCreate) -> None:
    """A State is invited once to each meeting; whoever asks at the same moment waits for us."""
    await take_turn(session, f"invite {wanted.member_state} {wanted.meeting_id}")
    table = InvitationRequest
    ended = (RequestStatus.REFUSED, RequestStatus.CANCELLED)
    other = await session.scalar(
        select(table.id).where(
            table.member_state == wanted.member_state,
            table.meeting_id == wanted.meeting_id,
            table.status.not_in(ended),
        )
    )
    if other is not None:
        raise Conflict(f"This was asked for already: /v1/invitation-requests/{other}.")


async def _asked(work: UnitOfWork, request_id: UUID | None) -> InvitationRequest | None:
    """The request that an event is about, if it is one of ours."""
    if request_id is None:
        return None
    return await work.session.get(InvitationRequest, request_id, with_for_update=True)


def _take(asked: InvitationRequest, status: RequestStatus) -> bool:
    """Bring the request into a new state, if it can take that; whether it did."""
    free = status in FREE_STEPS[asked.status]
    if free:
        asked.status = status
    return free
