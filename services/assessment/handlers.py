"""Every event that the assessment service reacts to, and every job that falls due in it."""

from services.assessment.recommendations import lifecycle as recommendations
from services.assistance import events as assistance
from services.visits import events as visits
from shared.database import UnitOfWork
from shared.events.inbox import Subscriptions
from shared.scheduling import Jobs


async def project_started(event: assistance.ProjectStarted, work: UnitOfWork) -> None:
    """Help has begun: the recommendation that it is for is in progress, if it was not yet."""
    if event.recommendation_id is not None:
        await recommendations.begin(
            work, event.recommendation_id, f"{event.provider} began a project."
        )


async def project_completed(event: assistance.ProjectCompleted, work: UnitOfWork) -> None:
    """Help has ended: CTED is asked to look at how the recommendation stands."""
    if event.recommendation_id is not None:
        await recommendations.request_review(
            work, event.recommendation_id, f"The project {event.project_id} was completed."
        )


async def follow_up_reported(event: visits.FollowUpReported, work: UnitOfWork) -> None:
    """The State reported the steps that it took on its recommendations (¶9)."""
    for step in sorted(event.steps, key=lambda step: step.recommendation_id):  # as others lock them
        await recommendations.take_step(
            work, step.recommendation_id, step.progress, "Reported by the State at its follow-up."
        )


async def follow_up_verified(event: visits.FollowUpVerified, work: UnitOfWork) -> None:
    """An officer verified the steps: what CTED found is how the recommendations stand (¶9)."""
    for step in sorted(event.steps, key=lambda step: step.recommendation_id):  # as others lock them
        await recommendations.take_verification(work, step.recommendation_id, step.progress)


SUBSCRIPTIONS: Subscriptions = {
    assistance.ProjectStarted: project_started,
    assistance.ProjectCompleted: project_completed,
    visits.FollowUpReported: follow_up_reported,
    visits.FollowUpVerified: follow_up_verified,
}
JOBS: Jobs = {}
