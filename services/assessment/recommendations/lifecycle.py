"""Carries a recommendation through review and issue, and follows it to its end (¶9)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.assessment.events import (
    CitedProvision,
    RecommendationIssued,
    RecommendationStatusChanged,
)
from services.assessment.evidence.service import cited
from services.assessment.recommendations.models import (
    Recommendation,
    RecommendationStatus,
    RecommendationStep,
)
from services.assessment.recommendations.rules import (
    ENDED,
    FREE_STEPS,
    NOT_BEGUN,
    UNDER_REVIEW,
    consequence_of_step,
    consequence_of_verification,
    is_for_cted_alone,
)
from services.assessment.recommendations.schemas import StatusChange
from services.assessment.recommendations.service import readable
from shared.auth import CTED, Caller
from shared.database import UnitOfWork
from shared.errors import Conflict, FieldError, Forbidden, NotFound, require_step


async def submit(
    work: UnitOfWork, caller: Caller, recommendation_id: UUID, version: int | None
) -> Recommendation:
    """Submit a draft for review."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    await _take(work, recommendation, RecommendationStatus.IN_REVIEW, caller.subject)
    return recommendation


async def return_to_draft(
    work: UnitOfWork, caller: Caller, recommendation_id: UUID, version: int | None, comments: str
) -> Recommendation:
    """Give it back to its authors with what is to change."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    await _take(work, recommendation, RecommendationStatus.DRAFT, caller.subject, comments)
    return recommendation


async def approve(
    work: UnitOfWork,
    caller: Caller,
    recommendation_id: UUID,
    version: int | None,
    comments: str | None,
) -> Recommendation:
    """Approve what others wrote: from then on it can be issued."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    if caller.subject in recommendation.authors:
        raise Conflict("You wrote or revised it: somebody else reviews and approves it.")
    await _take(work, recommendation, RecommendationStatus.APPROVED, caller.subject, comments)
    return recommendation


async def issue(
    work: UnitOfWork, caller: Caller, recommendation_id: UUID, version: int | None
) -> Recommendation:
    """Issue what was approved to the State."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    if hindrance := _hindrance(recommendation, work.clock.today()):
        raise Conflict(hindrance)
    await _issue(work, caller, recommendation)
    return recommendation


async def issue_together(
    work: UnitOfWork, caller: Caller, ids: Sequence[UUID]
) -> list[Recommendation]:
    """Issue all of them or, where one cannot be, none."""
    found = await work.session.scalars(
        select(Recommendation)
        .where(Recommendation.id.in_(ids))
        .order_by(Recommendation.id)  # two such requests never wait for each other
        .with_for_update()
    )
    known = {recommendation.id: recommendation for recommendation in found}
    if faults := list(_faults_of_issuance(ids, known, work.clock.today())):
        raise Conflict("Nothing was issued; correct these and send again.", errors=faults)
    recommendations = [known[key] for key in ids]
    for recommendation in recommendations:
        await _issue(work, caller, recommendation)
    return recommendations


async def change_status(
    work: UnitOfWork,
    caller: Caller,
    recommendation_id: UUID,
    version: int | None,
    wanted: StatusChange,
) -> Recommendation:
    """Record that the State accepted it or moved on, or that CTED found or took back its end."""
    recommendation: Recommendation | None = await work.session.scalar(
        readable(caller).where(Recommendation.id == recommendation_id).with_for_update()
    )
    if recommendation is None:
        raise NotFound.record("Recommendation", recommendation_id)
    recommendation.check_version(version)
    by_cted = caller.has_any(*CTED)
    if recommendation.status in UNDER_REVIEW:
        raise Conflict(f"It is {recommendation.status}: its status changes once it is issued.")
    if is_for_cted_alone(recommendation.status, wanted.status) and not by_cted:
        raise Forbidden("CTED finds whether it has ended; report your steps (¶9) instead.")
    await cited(work.session, caller, recommendation.member_state, wanted.evidence_ids)
    recommendation.review_requested_on = recommendation.review_because = None
    status = RecommendationStatus(wanted.status)
    await _move(work, recommendation, status, caller.subject, wanted.reason, wanted)
    return recommendation


async def take_step(work: UnitOfWork, recommendation_id: UUID, progress: str, reason: str) -> None:
    """Carry out what reported progress means for a recommendation, if this service knows it."""
    recommendation = await _followed(work, recommendation_id)
    if recommendation is None:
        return
    consequence = consequence_of_step(recommendation.status, progress)
    if consequence.review_because:
        await _ask_for_review(work, recommendation, consequence.review_because)
    elif consequence.status:
        status = RecommendationStatus(consequence.status)
        await _move(work, recommendation, status, work.service, reason)


async def take_verification(work: UnitOfWork, recommendation_id: UUID, progress: str) -> None:
    """Carry out what an officer's verification means, which also settles a review asked for."""
    recommendation = await _followed(work, recommendation_id)
    if recommendation is None or recommendation.status in UNDER_REVIEW:
        return
    consequence = consequence_of_verification(recommendation.status, progress)
    if consequence.review_because:
        await _ask_for_review(work, recommendation, consequence.review_because)
        return
    recommendation.review_requested_on = recommendation.review_because = None
    if consequence.status:
        status = RecommendationStatus(consequence.status)
        await _move(work, recommendation, status, work.service, "Verified by CTED at a follow-up.")


async def begin(work: UnitOfWork, recommendation_id: UUID, reason: str) -> None:
    """Take a recommendation on which nothing was done yet as in progress."""
    recommendation = await _followed(work, recommendation_id)
    if recommendation is not None and recommendation.status in NOT_BEGUN:
        await _move(work, recommendation, RecommendationStatus.IN_PROGRESS, work.service, reason)


async def request_review(work: UnitOfWork, recommendation_id: UUID, because: str) -> None:
    """Ask CTED to look at how a recommendation stands, unless it has ended."""
    recommendation = await _followed(work, recommendation_id)
    if recommendation is not None and recommendation.status not in ENDED | UNDER_REVIEW:
        await _ask_for_review(work, recommendation, because)


def _faults_of_issuance(
    ids: Sequence[UUID], known: Mapping[UUID, Recommendation], today: date
) -> Iterator[FieldError]:
    for place, key in enumerate(ids):
        recommendation = known.get(key)
        if recommendation is None:
            fault: str | None = f"There is no recommendation {key}."
        elif key in ids[:place]:
            fault = f"{key} is named twice."
        else:
            fault = _hindrance(recommendation, today)
        if fault:
            yield FieldError(field=f"body.ids.{place}", message=fault)


def _hindrance(recommendation: Recommendation, today: date) -> str | None:
    """Why it cannot be issued today."""
    if recommendation.status is not RecommendationStatus.APPROVED:
        return f"It is {recommendation.status}: only what is approved is issued."
    if recommendation.target_on <= today:
        return (
            f"Its target date, {recommendation.target_on}, has come: "
            "return it to draft and give it a later one."
        )
    return None


async def _issue(work: UnitOfWork, caller: Caller, recommendation: Recommendation) -> None:
    recommendation.issued_on = work.clock.today()
    await _take(
        work, recommendation, RecommendationStatus.ISSUED, caller.subject, "Issued to the State."
    )
    work.publish(
        RecommendationIssued(
            member_state=recommendation.member_state,
            confidential=recommendation.confidential,
            recommendation_id=recommendation.id,
            gap_id=recommendation.gap_id,
            gap_ids=[UUID(gap_id) for gap_id in recommendation.gap_ids],
            theme=recommendation.theme,
            resolution=recommendation.resolution,
            provisions=[CitedProvision(**provision) for provision in recommendation.provisions],
            tags=recommendation.tags,
            text=recommendation.text,
            priority=recommendation.priority.value,
            technical_assistance_needed=recommendation.technical_assistance_needed,
            technical_assistance_kind=recommendation.technical_assistance_kind or "",
            issued_on=recommendation.issued_on,
            target_on=recommendation.target_on,
        )
    )


async def _move(
    work: UnitOfWork,
    recommendation: Recommendation,
    status: RecommendationStatus,
    changed_by: str,
    reason: str,
    shown_by: StatusChange | None = None,
) -> None:
    """Take the status and tell of it."""
    previous = recommendation.status
    await _take(work, recommendation, status, changed_by, reason, shown_by)
    work.publish(
        RecommendationStatusChanged(
            member_state=recommendation.member_state,
            confidential=recommendation.confidential,
            recommendation_id=recommendation.id,
            previous=previous.value,
            status=status.value,
            reason=reason,
            changed_on=work.clock.today(),
        )
    )


async def _take(
    work: UnitOfWork,
    recommendation: Recommendation,
    status: RecommendationStatus,
    changed_by: str,
    reason: str | None = None,
    shown_by: StatusChange | None = None,
) -> None:
    """Take the status, if it is free, and keep the step with the evidence that it is shown by."""
    require_step("recommendation", recommendation.status, status, FREE_STEPS)
    step = RecommendationStep(
        recommendation_id=recommendation.id,
        previous=recommendation.status,
        status=status,
        reason=reason,
        changed_on=work.clock.today(),
        changed_by=changed_by,
    )
    if shown_by:
        step.evidence = [entry.model_dump(mode="json") for entry in shown_by.evidence]
        step.evidence_ids = [str(evidence_id) for evidence_id in shown_by.evidence_ids]
    recommendation.status = status
    await work.save(recommendation, step)


async def _followed(work: UnitOfWork, recommendation_id: UUID) -> Recommendation | None:
    return await work.session.get(Recommendation, recommendation_id, with_for_update=True)


async def _ask_for_review(work: UnitOfWork, recommendation: Recommendation, because: str) -> None:
    recommendation.review_requested_on = work.clock.today()
    recommendation.review_because = because
    await work.save(recommendation)
