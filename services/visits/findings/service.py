"""Keeps what the assessment service publishes, and finds what still stands of it.

Keeping the same fact twice changes nothing, and facts may come in any order.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.assessment import events as assessment
from services.visits.findings.models import (
    CompletedAssessment,
    FoundGap,
    FoundTrend,
    IssuedRecommendation,
    KnownRecommendation,
    RecommendationConfidentiality,
    RecommendationStatus,
    RecommendedGap,
)
from services.visits.findings.rules import CLOSED, ISSUED, Assessed, Found
from shared.database import Base, UnitOfWork
from shared.events import Event


async def keep_gap(work: UnitOfWork, event: assessment.GapIdentified) -> None:
    """Keep a gap."""
    await _keep(work, FoundGap, event, stands=True)
    await _settle(work, FoundGap.gap_id == event.gap_id)


async def keep_trend(work: UnitOfWork, event: assessment.TrendEvent, told_at: datetime) -> None:
    """Keep a trend as it stands, unless later news of it is known already."""
    closed = isinstance(event, assessment.TrendClosed)
    news = {
        "trend_id": event.trend_id,
        "kind": event.kind,
        "member_states": [] if closed else event.member_states,
        "theme": event.theme,
        "severity": event.severity,
        "identified_on": event.identified_on,
        "told_at": told_at,
    }
    await _keep_latest(work, FoundTrend, FoundTrend.trend_id, FoundTrend.told_at, news)


async def keep_assessment(work: UnitOfWork, event: assessment.AssessmentCompleted) -> None:
    """Keep the score of an assessment and what it covered."""
    themes = sorted({*event.themes, *event.scores_by_theme})
    await _keep(work, CompletedAssessment, event, themes=themes)
    await _settle(work, FoundGap.member_state == event.member_state, FoundGap.theme.in_(themes))


async def keep_recommendation(work: UnitOfWork, event: assessment.RecommendationIssued) -> None:
    """Keep a recommendation, and each gap that it is about."""
    await _keep(work, IssuedRecommendation, event)
    for gap_id in event.gap_ids or (event.gap_id,):
        await _keep(work, RecommendedGap, event, gap_id=gap_id)
    await _treat_as_told(work, event.recommendation_id)
    await _settle_recommended(work, event.recommendation_id)


async def keep_status(
    work: UnitOfWork, event: assessment.RecommendationStatusChanged, told_at: datetime
) -> None:
    """Keep a recommendation's status, unless a later one is known already."""
    news = {
        "recommendation_id": event.recommendation_id,
        "status": event.status,
        "changed_on": event.changed_on,
        "told_at": told_at,
    }
    table = RecommendationStatus
    await _keep_latest(work, table, table.recommendation_id, table.told_at, news)
    await _settle_recommended(work, event.recommendation_id)


async def keep_confidentiality(
    work: UnitOfWork, event: assessment.ConfidentialityChanged, told_at: datetime
) -> None:
    """Treat a recommendation as confidential, or no longer, from now on (¶23)."""
    if event.kind != "recommendation":
        return
    news = {
        "recommendation_id": event.record_id,
        "confidential": event.confidential,
        "text": event.text,
        "told_at": told_at,
    }
    table = RecommendationConfidentiality
    await _keep_latest(work, table, table.recommendation_id, table.told_at, news)
    await _treat_as_told(work, event.record_id)


async def existing_gaps(session: AsyncSession, on: date) -> dict[str, list[Found]]:
    """The gaps that still stand, by State, and how old they are on a date."""
    table = FoundGap
    statement = (
        select(table.member_state, table.severity, *_summed_up(table, on))
        .where(table.stands)
        .group_by(table.member_state, table.severity)
    )
    found: dict[str, list[Found]] = defaultdict(list)
    for state, *summed_up in await session.execute(statement):
        found[state].append(Found(*summed_up))
    return found


async def recent_trends(
    session: AsyncSession, since: Mapping[str, date], on: date
) -> dict[tuple[str, str], list[Found]]:
    """The trends, issues and events that bear on each State, by State and kind.

    `since` says for each kind from which date on they were identified, and `on` from which date
    their age is told.
    """
    table = FoundTrend
    states = (
        func.jsonb_array_elements_text(table.member_states).table_valued("state").render_derived()
    )
    which = (states.c.state, table.kind, table.severity)
    recent = (and_(table.kind == kind, table.identified_on >= day) for kind, day in since.items())
    statement = (
        select(*which, *_summed_up(table, on))
        .select_from(table)
        .join(states, true())
        .where(or_(*recent))
        .group_by(*which)
    )
    found: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for member_state, kind, *summed_up in await session.execute(statement):
        found[member_state, kind].append(Found(*summed_up))
    return found


async def latest_assessments(session: AsyncSession) -> dict[str, Assessed]:
    """The latest assessment of each assessed State."""
    table = CompletedAssessment
    latest = await session.execute(
        select(table.member_state, table.score, table.completed_on)
        .distinct(table.member_state)
        .order_by(table.member_state, table.completed_on.desc(), table.assessment_id.desc())
    )
    return {state: Assessed(score, completed_on) for state, score, completed_on in latest}


async def recommendations_to(session: AsyncSession, member_state: str) -> list[KnownRecommendation]:
    """The recommendations issued to a State, oldest first."""
    issued = IssuedRecommendation
    statement = (
        select(issued, func.coalesce(RecommendationStatus.status, ISSUED))
        .outerjoin(
            RecommendationStatus,
            RecommendationStatus.recommendation_id == issued.recommendation_id,
        )
        .where(issued.member_state == member_state)
        .order_by(issued.issued_on, issued.recommendation_id)
    )
    return [KnownRecommendation(row, status) for row, status in await session.execute(statement)]


async def _treat_as_told(work: UnitOfWork, recommendation_id: UUID) -> None:
    """Let a recommendation be as confidential as its State last said, if it said anything."""
    table, said = IssuedRecommendation, RecommendationConfidentiality
    await work.session.execute(
        update(table)
        .where(
            table.recommendation_id == recommendation_id,
            said.recommendation_id == recommendation_id,
        )
        .values(
            confidential=said.confidential,
            text=func.coalesce(func.nullif(said.text, ""), table.text),
        )
    )


async def _settle_recommended(work: UnitOfWork, recommendation_id: UUID) -> None:
    """Settle the gaps that a recommendation is about."""
    table = RecommendedGap
    about = select(table.gap_id).where(table.recommendation_id == recommendation_id)
    await _settle(work, FoundGap.gap_id.in_(about))


async def _settle(work: UnitOfWork, *which: ColumnElement[bool]) -> None:
    """Note of gaps whether they stand.

    The latest assessment that covered a theme decides which of the theme's gaps there are; a gap
    all of whose recommendations are closed stands no more.
    """
    known = CompletedAssessment
    latest = (
        select(known.assessment_id)
        .where(known.member_state == FoundGap.member_state, known.themes.op("?")(FoundGap.theme))
        .order_by(known.completed_on.desc(), known.assessment_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    status = func.coalesce(RecommendationStatus.status, ISSUED)
    is_open = (
        select(func.bool_or(status.not_in(CLOSED)))
        .select_from(RecommendedGap)
        .outerjoin(
            RecommendationStatus,
            RecommendationStatus.recommendation_id == RecommendedGap.recommendation_id,
        )
        .where(RecommendedGap.gap_id == FoundGap.gap_id)
        .scalar_subquery()
    )
    found_last = func.coalesce(latest, FoundGap.assessment_id) == FoundGap.assessment_id
    stands = found_last & func.coalesce(is_open, true())
    await work.session.execute(
        update(FoundGap).where(*which, FoundGap.stands != stands).values(stands=stands)
    )


def _summed_up(table: type[FoundGap | FoundTrend], on: date) -> tuple[ColumnElement[Any], ...]:
    """Of a group: how many, the latest date, the latest theme, and the mean age in days."""
    latest_first = aggregate_order_by(table.theme, table.identified_on.desc(), table.theme)
    age = func.greatest(literal(on, Date) - table.identified_on, 0)
    return (
        func.count(),
        func.max(table.identified_on),
        func.array_agg(latest_first)[1],
        cast(func.avg(age), Float),
    )


async def _keep(work: UnitOfWork, table: type[Base], event: Event, **more: object) -> None:
    """Keep the event as one row."""
    fact = event.model_dump(include=set(table.__table__.columns.keys()))
    await work.session.execute(insert(table).values(fact | more).on_conflict_do_nothing())


async def _keep_latest(
    work: UnitOfWork,
    table: type[Base],
    key: InstrumentedAttribute[UUID],
    told_at: InstrumentedAttribute[datetime],
    news: Mapping[str, object],
) -> None:
    """Keep the news as the one row of its key, unless what is known was told later."""
    await work.session.execute(
        insert(table)
        .values(news)
        .on_conflict_do_update(index_elements=[key], set_=news, where=told_at <= news["told_at"])
    )
