"""An officer verifies the steps that a State reported, one by one (¶9)."""

from collections.abc import Iterable
from uuid import UUID

from services.visits.events import FollowUpReturned, FollowUpVerified, VerifiedStep
from services.visits.follow_up.models import FollowUp, FollowUpStatus, StepReview, StepReviewOutcome
from services.visits.follow_up.rules import FREE_STEPS, Reviewed, status_after_review
from services.visits.follow_up.schemas import Question, Verification
from services.visits.follow_up.service import is_confidential, last_reviews, recommended_to
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import NotFound, require_step


async def verify(
    work: UnitOfWork,
    caller: Caller,
    follow_up_id: UUID,
    recommendation_id: UUID,
    version: int | None,
    found: Verification,
) -> FollowUp:
    """Keep what the officer found; with the last step the follow-up is verified and told so."""
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    require_step("follow-up", follow_up.status, FollowUpStatus.VERIFIED, FREE_STEPS)
    return await _review(
        work,
        follow_up,
        StepReview(
            recommendation_id=recommendation_id,
            outcome=StepReviewOutcome.VERIFIED,
            progress=found.progress,
            comment=found.comment,
            evidence=[entry.model_dump(mode="json") for entry in found.evidence],
            reviewed_by=caller.subject,
        ),
    )


async def ask(
    work: UnitOfWork,
    caller: Caller,
    follow_up_id: UUID,
    recommendation_id: UUID,
    version: int | None,
    question: Question,
) -> FollowUp:
    """Ask the State to clarify a step: that step is its own to change again."""
    follow_up = await work.get(FollowUp, follow_up_id, version=version, locked=True)
    require_step("follow-up", follow_up.status, FollowUpStatus.CLARIFICATION, FREE_STEPS)
    asked = StepReview(
        recommendation_id=recommendation_id,
        outcome=StepReviewOutcome.CLARIFICATION,
        progress=None,
        comment=question.comment,
        evidence=[],
        reviewed_by=caller.subject,
    )
    await _review(work, follow_up, asked)
    known = await recommended_to(work.session, follow_up)
    work.publish(
        FollowUpReturned(
            member_state=follow_up.member_state,
            confidential=is_confidential(follow_up, [known[recommendation_id]]),
            follow_up_id=follow_up.id,
            report_id=follow_up.report_id,
            recommendation_id=recommendation_id,
            returned_on=asked.reviewed_on,
        )
    )
    return follow_up


async def as_verified(
    work: UnitOfWork, follow_up: FollowUp, keys: Iterable[UUID]
) -> tuple[list[VerifiedStep], bool]:
    """These recommendations with their verified progress, none where none is known.

    And whether an event that names them is confidential (¶23).
    """
    found = {
        review.recommendation_id: review.progress
        for review in await last_reviews(work.session, follow_up)
    }
    known = await recommended_to(work.session, follow_up)
    named = [known[key] for key in dict.fromkeys(keys)]
    steps = [
        VerifiedStep.model_validate(
            {
                "recommendation_id": (key := issued.recommendation_id),
                "theme": issued.theme,
                "progress": found.get(key) or "none",
            }
        )
        for issued in named
    ]
    return steps, is_confidential(follow_up, named)


async def _review(work: UnitOfWork, follow_up: FollowUp, review: StepReview) -> FollowUp:
    reported = [UUID(step["recommendation_id"]) for step in follow_up.steps]
    if review.recommendation_id not in reported:
        raise NotFound(f"The State reported no step on {review.recommendation_id}.")
    today = work.clock.today()
    review.follow_up_id, review.reviewed_on, review.answered_on = follow_up.id, today, None
    await work.save(review)
    last = {
        known.recommendation_id: Reviewed(known.progress, answered=known.answered_on is not None)
        for known in await last_reviews(work.session, follow_up)
    }
    follow_up.status = FollowUpStatus(status_after_review([last.get(key) for key in reported]))
    if follow_up.status == FollowUpStatus.VERIFIED:
        follow_up.verified_on = today
        steps, confidential = await as_verified(work, follow_up, reported)
        work.publish(
            FollowUpVerified(
                member_state=follow_up.member_state,
                confidential=confidential,
                follow_up_id=follow_up.id,
                report_id=follow_up.report_id,
                verified_on=today,
                steps=steps,
            )
        )
    follow_up.updated_at = work.clock.now()  # a new version: what was read of it is no longer all
    await work.save(follow_up)
    return follow_up
