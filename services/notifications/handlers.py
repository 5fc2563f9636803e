"""Every event that the notifications service reacts to, and every job that falls due in it."""

from services.assessment.events import AssessmentCompleted, ConfidentialityChanged
from services.notifications.briefings import service as briefings
from services.notifications.catalogue import EVENTS
from services.notifications.deadlines import service as deadlines
from services.notifications.delivery import service as delivery
from services.notifications.inbox import service as inbox
from services.notifications.meetings import service as meetings
from services.visits.events import InvitationRequested, ReportSubmitted
from shared.database import UnitOfWork
from shared.events import Event, StateEvent
from shared.events.inbox import Subscriptions
from shared.scheduling import Jobs


async def hear(event: Event, work: UnitOfWork) -> None:
    """Tell each party, plan the deliveries, and open or close what is due."""
    assert work.cause is not None  # noqa: S101 - whoever handles an event has its envelope
    await delivery.keep_and_plan(work, event, work.cause)
    await inbox.tell(work, event, work.cause)
    if isinstance(event, StateEvent):
        await deadlines.follow(work, event)


async def hear_of_an_assessed_state(
    event: AssessmentCompleted | ReportSubmitted, work: UnitOfWork
) -> None:
    """As every event; from now on the State can be invited to meetings (¶8)."""
    await hear(event, work)
    await meetings.note_assessed(work, event.member_state, confidential=event.confidential)


async def hear_of_a_request(event: InvitationRequested, work: UnitOfWork) -> None:
    """As every event; and the invitation that is asked for is issued, or refused (¶8)."""
    await hear(event, work)
    await meetings.carry_out(work, event)


async def hear_of_confidentiality(event: ConfidentialityChanged, work: UnitOfWork) -> None:
    """As every event; what was told of the record before is told to others no more (¶23)."""
    await hear(event, work)
    await delivery.mark(work, event)
    await deadlines.mark(work, event.record_id, confidential=event.confidential)
    if event.confidential:
        await inbox.withhold(work, event.record_id, event.member_state)


SUBSCRIPTIONS: Subscriptions = {
    **dict.fromkeys(EVENTS, hear),
    ConfidentialityChanged: hear_of_confidentiality,
    AssessmentCompleted: hear_of_an_assessed_state,
    InvitationRequested: hear_of_a_request,
    ReportSubmitted: hear_of_an_assessed_state,
}
JOBS: Jobs = {
    deadlines.APPROACHING_JOB: deadlines.announce_approaching,
    deadlines.MISSED_JOB: deadlines.announce_missed,
    briefings.YEAR_JOB: briefings.plan_year,
    briefings.DUE_JOB: briefings.announce,
}
