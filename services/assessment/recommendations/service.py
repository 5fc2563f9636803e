"""Drafts, issues and follows recommendations."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.events import RecommendationIssued, RecommendationStatusChanged
from services.assessment.gaps.models import Gap
from services.assessment.recommendations.models import (
    Recommendation,
    RecommendationStatus,
    RecommendationStep,
)
from services.assessment.recommendations.rules import (
    FOR_CTED_ALONE,
    FREE_STEPS,
    consequence_of_step,
)
from services.assessment.recommendations.schemas import (
    RecommendationCreate,
    RecommendationQuery,
    RecommendationUpdate,
    StatusChange,
    StepQuery,
)
from shared.auth import CTED, Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, Forbidden, Invalid, NotFound, require_step


async def draft(work: UnitOfWork, wanted: RecommendationCreate) -> Recommendation:
    """Draft a recommendation about a gap; theme, provision and confidentiality are the gap's."""
    gap = await work.session.get(Gap, wanted.gap_id)
    if gap is None:
        raise Invalid.of_field("body.gap_id", "No such gap; see /v1/gaps.")
    _require_future(work, wanted.target_on)
    recommendation = Recommendation(
        **wanted.model_dump(),
        member_state=gap.member_state,
        confidential=gap.confidential,
        theme=gap.theme,
        resolution=gap.resolution,
        status=RecommendationStatus.DRAFT,
    )
    await work.save(recommendation)
    return recommendation


async def revise(
    work: UnitOfWork, recommendation_id: UUID, version: int | None, wanted: RecommendationUpdate
) -> Recommendation:
    """Change a draft."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    if recommendation.status is not RecommendationStatus.DRAFT:
        raise Conflict(f"It is {recommendation.status}: only a draft is revised.")
    if wanted.target_on:
        _require_future(work, wanted.target_on)
    for name, value in wanted.model_dump(exclude_none=True).items():
        setattr(recommendation, name, value)
    await work.save(recommendation)
    return recommendation


async def issue(
    work: UnitOfWork, caller: Caller, recommendation_id: UUID, version: int | None
) -> Recommendation:
    """Issue the draft to the State."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
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
            theme=recommendation.theme,
            resolution=recommendation.resolution,
            text=recommendation.text,
            priority=recommendation.priority.value,
            technical_assistance_needed=recommendation.technical_assistance_needed,
            issued_on=recommendation.issued_on,
            target_on=recommendation.target_on,
        )
    )
    return recommendation


async def change_status(
    work: UnitOfWork,
    caller: Caller,
    recommendation_id: UUID,
    version: int | None,
    wanted: StatusChange,
) -> Recommendation:
    """Record that the State accepted it or moved on, or that CTED found how it stands."""
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    caller.require_state(recommendation.member_state)
    if wanted.status in FOR_CTED_ALONE and not caller.has_any(*CTED):
        raise Forbidden(f"CTED finds that it is {wanted.status}; report your steps (¶9) instead.")
    status = RecommendationStatus(wanted.status)
    recommendation.review_requested_on = recommendation.review_because = None
    await _take(work, recommendation, status, caller.subject, wanted.reason)
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
        await _take(work, recommendation, status, work.service, reason)


async def request_review(work: UnitOfWork, recommendation_id: UUID, because: str) -> None:
    """Ask CTED to look at how a recommendation stands, unless it has ended."""
    recommendation = await _followed(work, recommendation_id)
    if recommendation is not None and FREE_STEPS[recommendation.status]:
        await _ask_for_review(work, recommendation, because)


async def list_recommendations(
    session: AsyncSession, caller: Caller, query: RecommendationQuery
) -> RecordPage[Recommendation]:
    """The recommendations that match the query and that the caller may see."""
    statement = readable(caller)
    others = {"limit", "cursor", "sort", "review_requested"}
    for name, value in query.model_dump(exclude=others, exclude_none=True).items():
        statement = statement.where(getattr(Recommendation, name) == value)
    if query.review_requested is not None:
        asked = Recommendation.review_requested_on.is_not(None)
        statement = statement.where(asked if query.review_requested else ~asked)
    sortable = {"target_on": Recommendation.target_on, "created_at": Recommendation.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Recommendation.id)


async def read(session: AsyncSession, caller: Caller, recommendation_id: UUID) -> Recommendation:
    """The recommendation, if the caller may see it."""
    recommendation = await session.scalar(
        readable(caller).where(Recommendation.id == recommendation_id)
    )
    if recommendation is None:
        raise NotFound.record("Recommendation", recommendation_id)
    return recommendation


async def list_steps(
    session: AsyncSession, caller: Caller, recommendation_id: UUID, query: StepQuery
) -> RecordPage[RecommendationStep]:
    """How the recommendation came to its status."""
    await read(session, caller, recommendation_id)
    statement = select(RecommendationStep).where(
        RecommendationStep.recommendation_id == recommendation_id
    )
    sortable = {"created_at": RecommendationStep.created_at}
    return await paginate(session, statement, query, query.sort, sortable, RecommendationStep.id)


def readable(caller: Caller) -> Select[Recommendation]:
    """What the caller may see: drafts are CTED's and the Committee's alone."""
    statement = visible_to(caller, select(Recommendation), Recommendation)
    if caller.is_cted_or_committee:
        return statement
    return statement.where(Recommendation.status != RecommendationStatus.DRAFT)


async def _followed(work: UnitOfWork, recommendation_id: UUID) -> Recommendation | None:
    return await work.session.get(Recommendation, recommendation_id, with_for_update=True)


async def _ask_for_review(work: UnitOfWork, recommendation: Recommendation, because: str) -> None:
    recommendation.review_requested_on = work.clock.today()
    recommendation.review_because = because
    await work.save(recommendation)


async def _take(
    work: UnitOfWork,
    recommendation: Recommendation,
    status: RecommendationStatus,
    changed_by: str,
    reason: str,
) -> None:
    require_step("recommendation", recommendation.status, status, FREE_STEPS)
    step = RecommendationStep(
        recommendation_id=recommendation.id,
        previous=recommendation.status,
        status=status,
        reason=reason,
        changed_on=work.clock.today(),
        changed_by=changed_by,
    )
    recommendation.status = status
    await work.save(recommendation, step)
    if status is not RecommendationStatus.ISSUED:
        work.publish(
            RecommendationStatusChanged(
                member_state=recommendation.member_state,
                confidential=recommendation.confidential,
                recommendation_id=recommendation.id,
                previous=step.previous.value,
                status=status.value,
                reason=reason,
                changed_on=step.changed_on,
            )
        )


def _require_future(work: UnitOfWork, target_on: date) -> None:
    today = work.clock.today()
    if target_on <= today:
        raise Invalid.of_field("body.target_on", f"Give a date after today, {today}.")
