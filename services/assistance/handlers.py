"""Every event that the assistance service reacts to, and every job that falls due in it."""

from services.assessment import events as assessment
from services.assistance.impact import service as impact
from services.assistance.matching import service as matching
from services.assistance.matching.proposing import LAPSE_JOB
from services.assistance.needs import service as needs
from services.visits import events as visits
from shared.database import UnitOfWork
from shared.events.inbox import Subscriptions
from shared.scheduling import Jobs


async def on_recommendation_issued(
    event: assessment.RecommendationIssued, work: UnitOfWork
) -> None:
    """A recommendation may come with a need for help (¶9)."""
    await needs.hear_recommendation(work, event)


async def on_recommendation_status_changed(
    event: assessment.RecommendationStatusChanged, work: UnitOfWork
) -> None:
    """A closed recommendation needs no help."""
    await needs.hear_status(work, event)


async def on_confidentiality_changed(
    event: assessment.ConfidentialityChanged, work: UnitOfWork
) -> None:
    """What a State keeps confidential is put to no provider; what it lifts, is (¶23)."""
    await needs.hear_confidentiality(work, event)


async def on_follow_up_reported(event: visits.FollowUpReported, work: UnitOfWork) -> None:
    """A State may need help to go on with a recommendation (¶9)."""
    await needs.hear_follow_up(work, event)


async def on_assistance_recommended(
    event: visits.FollowUpAssistanceRecommended, work: UnitOfWork
) -> None:
    """The Committee considers that a State needs help with its recommendations (¶9)."""
    await needs.hear_recommended_assistance(work, event)


async def on_assessment_completed(event: assessment.AssessmentCompleted, work: UnitOfWork) -> None:
    """New scores are a baseline for projects to come, and show what earlier ones changed (¶22)."""
    await impact.hear_assessment(work, event)


SUBSCRIPTIONS: Subscriptions = {
    assessment.ConfidentialityChanged: on_confidentiality_changed,
    assessment.RecommendationIssued: on_recommendation_issued,
    assessment.RecommendationStatusChanged: on_recommendation_status_changed,
    assessment.AssessmentCompleted: on_assessment_completed,
    visits.FollowUpAssistanceRecommended: on_assistance_recommended,
    visits.FollowUpReported: on_follow_up_reported,
}
JOBS: Jobs = {LAPSE_JOB: matching.lapse}
