"""Drafts recommendations and finds them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.assessment.gaps.models import Gap
from services.assessment.instruments.rules import Provision
from services.assessment.recommendations.models import (
    Recommendation,
    RecommendationStatus,
    RecommendationStep,
)
from services.assessment.recommendations.rules import ENDED, UNDER_REVIEW, union
from services.assessment.recommendations.schemas import (
    RecommendationCreate,
    RecommendationQuery,
    RecommendationUpdate,
    StepRead,
)
from shared.auth import Caller
from shared.database import HistoryQuery, Page, RecordPage, UnitOfWork, new_id, paginate, visible_to
from shared.errors import Conflict, Invalid, NotFound, require_sound

_LATER = "Give a date after today, {today}."


async def draft(work: UnitOfWork, caller: Caller, wanted: RecommendationCreate) -> Recommendation:
    """Draft a recommendation; what it leaves open, and confidentiality, are its gaps'."""
    gaps = await gaps_by_id(work.session, wanted.gap_ids)
    require_sound(faults_of_draft(wanted, gaps, work.clock.today()), "Nothing was drafted.")
    (recommendation,) = await keep_drafts(work, caller, [wanted], gaps)
    return recommendation


async def gaps_by_id(session: AsyncSession, gap_ids: Iterable[UUID]) -> dict[UUID, Gap]:
    """Those gaps that exist; none becomes confidential unnoticed while drafts are made of them."""
    statement = select(Gap).where(among(Gap.id, gap_ids))
    found = await session.scalars(statement.order_by(Gap.id).with_for_update(read=True))
    return {gap.id: gap for gap in found}


def among(column: InstrumentedAttribute[UUID], keys: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether the column holds one of the keys, which may be more than a statement's parameters."""
    return column == any_(literal(list(set(keys)), ARRAY(Uuid)))


def faults_of_draft(
    wanted: RecommendationCreate, gaps: Mapping[UUID, Gap], today: date
) -> Iterator[tuple[str, str]]:
    """What keeps it from being drafted: the field and the way out."""
    for gap_id in wanted.gap_ids:
        if gap_id not in gaps:
            yield "gap_ids", f"There is no gap {gap_id}; see /v1/gaps."
    states = sorted({gaps[gap_id].member_state for gap_id in wanted.gap_ids if gap_id in gaps})
    if len(states) > 1:
        yield "gap_ids", f"Name gaps of one State; these are of {', '.join(states)}."
    if wanted.target_on <= today:
        yield "target_on", _LATER.format(today=today)


async def keep_drafts(
    work: UnitOfWork,
    caller: Caller,
    drafts: Sequence[RecommendationCreate],
    gaps: Mapping[UUID, Gap],
) -> list[Recommendation]:
    """Keep drafts that have no faults, each with its first step."""
    recommendations = [_drafted(wanted, gaps, caller) for wanted in drafts]
    await work.save(*recommendations)
    await work.save(
        *(
            RecommendationStep(
                recommendation_id=recommendation.id,
                status=recommendation.status,
                changed_on=work.clock.today(),
                changed_by=caller.subject,
            )
            for recommendation in recommendations
        )
    )
    return recommendations


async def revise(
    work: UnitOfWork,
    caller: Caller,
    recommendation_id: UUID,
    version: int | None,
    wanted: RecommendationUpdate,
) -> Recommendation:
    """Change a draft; whoever does is one of its authors."""
    recommendation = await _draft_to_change(work, recommendation_id, version)
    changes = wanted.model_dump(mode="json", exclude_none=True)
    if wanted.target_on:
        changes["target_on"] = wanted.target_on
        if wanted.target_on <= work.clock.today():
            message = _LATER.format(today=work.clock.today())
            raise Invalid.of_field("body.target_on", message)
    needed = changes.get("technical_assistance_needed", recommendation.technical_assistance_needed)
    if not needed:
        if wanted.technical_assistance_kind:
            raise Invalid.of_field(
                "body.technical_assistance_kind",
                "Leave it out where no assistance is needed, or set technical_assistance_needed.",
            )
        changes["technical_assistance_kind"] = None
    if wanted.provisions:
        changes["resolution"] = wanted.provisions[0].resolution
    changes["authors"] = union((recommendation.authors, (caller.subject,)))
    for name, value in changes.items():
        setattr(recommendation, name, value)
    await work.save(recommendation)
    return recommendation


async def discard(work: UnitOfWork, recommendation_id: UUID, version: int | None) -> None:
    """Discard a draft with its steps."""
    recommendation = await _draft_to_change(work, recommendation_id, version)
    await work.session.delete(recommendation)


async def list_recommendations(
    session: AsyncSession, caller: Caller, query: RecommendationQuery, today: date
) -> RecordPage[Recommendation]:
    """The recommendations that match the query and that the caller may see."""
    known = Recommendation
    statement = readable(caller)
    equal = {"member_state", "theme", "priority", "technical_assistance_needed"}
    for name, value in query.model_dump(include=equal, exclude_none=True).items():
        statement = statement.where(getattr(known, name) == value)
    if query.status:
        statement = statement.where(known.status.in_(query.status))
    if query.resolution:
        statement = statement.where(known.provisions.contains([{"resolution": query.resolution}]))
    if query.tag:
        statement = statement.where(known.tags.contains([query.tag]))
    if query.gap_id:
        statement = statement.where(known.gap_ids.contains([str(query.gap_id)]))
    if query.target_before:
        statement = statement.where(known.target_on < query.target_before)
    if query.target_after:
        statement = statement.where(known.target_on > query.target_after)
    if query.review_requested is not None:
        asked = known.review_requested_on.is_not(None)
        statement = statement.where(asked if query.review_requested else ~asked)
    if query.overdue is not None:
        late = (known.target_on < today) & known.status.not_in(ENDED | UNDER_REVIEW)
        statement = statement.where(late if query.overdue else ~late)
    sortable = {
        "target_on": known.target_on,
        "created_at": known.created_at,
        "priority": known.urgency,
    }
    return await paginate(session, statement, query, query.sort, sortable, known.id)


async def read(session: AsyncSession, caller: Caller, recommendation_id: UUID) -> Recommendation:
    """The recommendation, if the caller may see it."""
    recommendation = await session.scalar(
        readable(caller).where(Recommendation.id == recommendation_id)
    )
    if recommendation is None:
        raise NotFound.record("Recommendation", recommendation_id)
    return recommendation


async def list_steps(
    session: AsyncSession, caller: Caller, recommendation_id: UUID, query: HistoryQuery
) -> Page[StepRead]:
    """How it came to its status; the review before its issue is CTED's and the Committee's.

    Files are named to those who may read them.
    """
    recommendation = await read(session, caller, recommendation_id)
    statement = select(RecommendationStep).where(
        RecommendationStep.recommendation_id == recommendation_id
    )
    if not caller.is_cted_or_committee:
        statement = statement.where(RecommendationStep.status.not_in(UNDER_REVIEW))
    sortable = {"created_at": RecommendationStep.created_at}
    page = await paginate(session, statement, query, query.sort, sortable, RecommendationStep.id)
    steps = page.map(StepRead.model_validate)
    if not caller.may_see_confidential_of(recommendation.member_state):
        for step in steps.items:
            step.evidence_ids = []
    return steps


def _drafted(
    wanted: RecommendationCreate, known: Mapping[UUID, Gap], caller: Caller
) -> Recommendation:
    gap_ids = union([wanted.gap_ids])
    gaps = [known[gap_id] for gap_id in gap_ids]
    stated = [Provision(**provision.model_dump()) for provision in wanted.provisions or ()]
    inherited = ([Provision(**provision) for provision in gap.provisions] for gap in gaps)
    provisions = union([stated] if stated else inherited)
    tags = union((gap.tags for gap in gaps) if wanted.tags is None else [wanted.tags])
    return Recommendation(
        id=new_id(),
        member_state=gaps[0].member_state,
        confidential=any(gap.confidential for gap in gaps),
        gap_id=gap_ids[0],
        gap_ids=[str(gap_id) for gap_id in gap_ids],
        theme=wanted.theme or gaps[0].theme,
        resolution=provisions[0].resolution,
        provisions=[asdict(provision) for provision in provisions],
        tags=tags,
        status=RecommendationStatus.DRAFT,
        authors=[caller.subject],
        text=wanted.text,
        priority=wanted.priority,
        technical_assistance_needed=wanted.technical_assistance_needed,
        technical_assistance_kind=wanted.technical_assistance_kind,
        target_on=wanted.target_on,
    )


def about_any(gap_ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a recommendation is about at least one of the gaps."""
    shared: ColumnElement[bool] = Recommendation.gap_ids.has_any(
        array(map(str, gap_ids), type_=Text)
    )
    return shared


def readable(caller: Caller) -> Select[Recommendation]:
    """What the caller may see: what is not issued is CTED's and the Committee's alone."""
    statement = visible_to(caller, select(Recommendation), Recommendation)
    if caller.is_cted_or_committee:
        return statement
    return statement.where(Recommendation.status.not_in(UNDER_REVIEW))


async def _draft_to_change(
    work: UnitOfWork, recommendation_id: UUID, version: int | None
) -> Recommendation:
    recommendation = await work.get(Recommendation, recommendation_id, version=version, locked=True)
    if recommendation.status is not RecommendationStatus.DRAFT:
        raise Conflict(
            f"It is {recommendation.status}: only a draft is changed; "
            "what is not issued yet can be returned to draft."
        )
    return recommendation
