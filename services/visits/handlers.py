"""Every event that the visits service reacts to, and every job that falls due in it."""

from services.assessment import events as assessment
from services.notifications import events as notifications
from services.visits.consents import ending as consent_endings
from services.visits.consents import service as consents
from services.visits.findings import service as findings
from services.visits.follow_up import service as follow_up
from services.visits.invitations import service as invitations
from services.visits.reports import fact_checking
from services.visits.standing_consents import service as standing_consents
from shared.database import UnitOfWork
from shared.events.inbox import Subscriptions
from shared.scheduling import Jobs


async def on_gap_identified(event: assessment.GapIdentified, work: UnitOfWork) -> None:
    """An existing gap is a reason for a visit (¶6)."""
    await findings.keep_gap(work, event)


async def on_trend(event: assessment.TrendEvent, work: UnitOfWork) -> None:
    """A trend is a reason to visit the States that it bears on, until it is closed (¶6)."""
    assert work.cause is not None  # noqa: S101 - the consumer sets it before it calls a handler
    await findings.keep_trend(work, event, work.cause.time)


async def on_assessment_completed(event: assessment.AssessmentCompleted, work: UnitOfWork) -> None:
    """What the analysis found implemented is a reason not to visit, the rest one to do so (¶6)."""
    await findings.keep_assessment(work, event)


async def on_recommendation_issued(
    event: assessment.RecommendationIssued, work: UnitOfWork
) -> None:
    """A follow-up asks what the State did about each recommendation (¶9)."""
    await findings.keep_recommendation(work, event)


async def on_recommendation_status_changed(
    event: assessment.RecommendationStatusChanged, work: UnitOfWork
) -> None:
    """A recommendation that is closed closes its gap, once it is the last one open (¶6, ¶9)."""
    assert work.cause is not None  # noqa: S101 - the consumer sets it before it calls a handler
    await findings.keep_status(work, event, work.cause.time)


async def on_confidentiality_changed(
    event: assessment.ConfidentialityChanged, work: UnitOfWork
) -> None:
    """What a State keeps confidential stays so here, and is open here again once it lifts that."""
    assert work.cause is not None  # noqa: S101 - the consumer sets it before it calls a handler
    await findings.keep_confidentiality(work, event, work.cause.time)


async def on_deadline(
    event: notifications.DeadlineApproaching | notifications.DeadlineMissed, work: UnitOfWork
) -> None:
    """A State's timeline tells that the date of its answer approaches or is past (¶13)."""
    await consents.keep_deadline(work, event)


async def on_invitation_issued(event: notifications.InvitationIssued, work: UnitOfWork) -> None:
    """Officials of the State are invited as they were asked to be (¶8)."""
    await invitations.hear_issued(work, event)


async def on_invitation_refused(event: notifications.InvitationRefused, work: UnitOfWork) -> None:
    """An invitation that was asked for cannot be issued (¶8)."""
    await invitations.hear_refused(work, event)


async def on_invitation_answered(event: notifications.InvitationAnswered, work: UnitOfWork) -> None:
    """A State that was invited on request says whether it comes (¶8)."""
    await invitations.hear_answered(work, event)


SUBSCRIPTIONS: Subscriptions = {
    assessment.AssessmentCompleted: on_assessment_completed,
    assessment.ConfidentialityChanged: on_confidentiality_changed,
    assessment.GapIdentified: on_gap_identified,
    assessment.RecommendationIssued: on_recommendation_issued,
    assessment.RecommendationStatusChanged: on_recommendation_status_changed,
    assessment.TrendClosed: on_trend,
    assessment.TrendIdentified: on_trend,
    assessment.TrendRevised: on_trend,
    notifications.DeadlineApproaching: on_deadline,
    notifications.DeadlineMissed: on_deadline,
    notifications.InvitationAnswered: on_invitation_answered,
    notifications.InvitationIssued: on_invitation_issued,
    notifications.InvitationRefused: on_invitation_refused,
}

JOBS: Jobs = {
    fact_checking.LAPSE_JOB: fact_checking.lapse,
    consent_endings.EXPIRY_JOB: consent_endings.expire,
    follow_up.DUE_JOB: follow_up.fall_due,
    standing_consents.EXPIRY_JOB: standing_consents.expire,
}
