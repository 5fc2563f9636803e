"""An officer verifies the steps that a State reported, one by one (¶9)."""

from collections.abc import Mapping
from uuid import UUID

from services.visits.events import FollowUpReturned, FollowUpVerified, VerifiedStep
from services.visits.findings.models import IssuedRecommendation
from services.visits.findings.service import recommendations_to
from services.visits.follow_up.models import FollowUp, FollowUpStatus, StepReview, StepReviewOutcome
from services.visits.follow_up.rules import FREE_STEPS, Reviewed, status_after_review
from services.visits.follow_up.schemas import Question, Verification
from services.visits.follow_up.service import last_reviews
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
    named = await _recommended(work, follow_up)
    work.publish(
        FollowUpReturned(
            member_state=follow_up.member_state,
            confidential=follow_up.confidential or named[recommendation_id].confidential,
            follow_up_id=follow_up.id,
            report_id=follow_up.report_id,
            recommendation_id=recommendation_id,
            returned_on=asked.reviewed_on,
        )
    )
    return follow_up


async def as_verified(work: UnitOfWork, follow_up: FollowUp) -> dict[UUID, VerifiedStep]:
    """Each recommendation to the State with its verified progress: none where none is known."""
    found = {
        review.recommendation_id: review.progress
        for review in await last_reviews(work.session, follow_up)
    }
    return {
        key: VerifiedStep.model_validate(
            {"recommendation_id": key, "theme": issued.theme, "progress": found.get(key) or "none"}
        )
        for key, issued in (await _recommended(work, follow_up)).items()
    }


async def any_confidential(
    work: UnitOfWork, follow_up: FollowUp, steps: Mapping[UUID, VerifiedStep]
) -> bool:
    """Whether an event that names these is confidential: the report is, or one of them (¶23)."""
    named = await _recommended(work, follow_up)
    return follow_up.confidential or any(named[key].confidential for key in steps)


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
        every = await as_verified(work, follow_up)
        steps = {key: every[key] for key in reported}
        work.publish(
            FollowUpVerified(
                member_state=follow_up.member_state,
                confidential=await any_confidential(work, follow_up, steps),
                follow_up_id=follow_up.id,
                report_id=follow_up.report_id,
                verified_on=today,
                steps=list(steps.values()),
            )
        )
    follow_up.updated_at = work.clock.now()  # a new version: what was read of it is no longer all
    await work.save(follow_up)
    return follow_up


async def _recommended(work: UnitOfWork, follow_up: FollowUp) -> dict[UUID, IssuedRecommendation]:
    known = await recommendations_to(work.session, follow_up.member_state)
    return {one.issued.recommendation_id: one.issued for one in known}
