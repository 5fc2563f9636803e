"""What CTED recommends after a follow-up, and what the Committee concludes (¶9)."""

from uuid import UUID

from services.visits.events import (
    FollowUpAssistanceRecommended,
    FollowUpConsidered,
    FollowUpVisitRecommended,
)
from services.visits.follow_up.models import FollowUp, FollowUpStatus
from services.visits.follow_up.rules import (
    FREE_STEPS,
    Proposed,
    comes_unreported_on,
    faults_of_activities,
    faults_of_consideration,
)
from services.visits.follow_up.schemas import (
    FollowUpConsideration,
    FurtherActivities,
    FurtherActivity,
)
from services.visits.follow_up.service import recommendations_of
from services.visits.follow_up.verifying import as_verified
from services.visits.ranking.service import keep_return_visit
from shared.database import UnitOfWork
from shared.errors import Conflict, require_sound, require_step


async def recommend_activities(
    work: UnitOfWork, follow_up_id: UUID, version: int | None, wanted: FurtherActivities
) -> FollowUp:
    """Recommend to the Committee what should follow; until it has considered it, anew."""
    follow_up = await _to_be_considered(work, follow_up_id, version)
    known = await recommendations_of(work.session, follow_up)
    proposed = [
        Proposed(one.activity, [str(key) for key in one.recommendations])
        for one in wanted.activities
    ]
    require_sound(
        faults_of_activities(proposed, {str(one.issued.recommendation_id) for one in known}),
        "The activities cannot be recommended so.",
    )
    follow_up.activities = [one.model_dump(mode="json") for one in wanted.activities]
    follow_up.recommended_on = work.clock.today()
    await work.save(follow_up)
    return follow_up


async def consider(
    work: UnitOfWork, follow_up_id: UUID, version: int | None, concluded: FollowUpConsideration
) -> FollowUp:
    """Record the Committee's conclusion; whom to visit and whom to assist follow it."""
    follow_up = await _to_be_considered(work, follow_up_id, version)
    if follow_up.recommended_on is None:
        raise Conflict("CTED recommends first what should follow: /further-activities.")
    recommended = {
        activity.activity: activity
        for activity in map(FurtherActivity.model_validate, follow_up.activities)
    }
    require_sound(
        faults_of_consideration(concluded.agreed, recommended.keys()),
        "The Committee agrees to what CTED recommends, or to some of it.",
    )
    follow_up.status = FollowUpStatus.CONSIDERED
    follow_up.considered_on = work.clock.today()
    follow_up.agreed = list(concluded.agreed)
    follow_up.consideration = concluded.reason
    await work.save(follow_up)
    work.publish(
        FollowUpConsidered(
            member_state=follow_up.member_state,
            confidential=follow_up.confidential,
            follow_up_id=follow_up.id,
            report_id=follow_up.report_id,
            considered_on=follow_up.considered_on,
            activities=concluded.agreed,
        )
    )
    if "visit" in concluded.agreed:
        await _recommend_visit(work, follow_up, recommended["visit"])
    if "technical_assistance" in concluded.agreed:
        await _recommend_assistance(work, follow_up, recommended["technical_assistance"])
    return follow_up


async def _to_be_considered(work: UnitOfWork, follow_up_id: UUID, version: int | None) -> FollowUp:
    """The follow-up, if what the State did is verified, or if it has been silent for long.

    Where no recommendation to it is known, there is nothing to wait for.
    """
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    require_step("follow-up", follow_up.status, FollowUpStatus.CONSIDERED, FREE_STEPS)
    since = comes_unreported_on(follow_up.due_on)
    silent_of_late = follow_up.status == FollowUpStatus.DUE and work.clock.today() < since
    if silent_of_late and await recommendations_of(work.session, follow_up):
        raise Conflict(f"Nothing is reported yet; that is for the Committee from {since} on.")
    return follow_up


async def _recommend_visit(
    work: UnitOfWork, follow_up: FollowUp, activity: FurtherActivity
) -> None:
    await keep_return_visit(work, follow_up.member_state, follow_up.id)
    work.publish(
        FollowUpVisitRecommended(
            member_state=follow_up.member_state,
            confidential=follow_up.confidential,
            follow_up_id=follow_up.id,
            recommended_on=work.clock.today(),
            reason=activity.reason,
        )
    )


async def _recommend_assistance(
    work: UnitOfWork, follow_up: FollowUp, activity: FurtherActivity
) -> None:
    steps, confidential = await as_verified(work, follow_up, activity.recommendations)
    work.publish(
        FollowUpAssistanceRecommended(
            member_state=follow_up.member_state,
            confidential=confidential,
            follow_up_id=follow_up.id,
            recommended_on=work.clock.today(),
            recommendations=steps,
            reason=activity.reason,
        )
    )
