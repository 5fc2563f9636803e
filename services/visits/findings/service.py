"""Keeps what the assessment service publishes, and finds what still stands of it.

Keeping the same fact twice changes nothing, and facts may come in any order.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Float, and_, cast, func, literal, or_, select, update
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
    RecommendationStatus,
    RecommendedGap,
)
from services.visits.findings.rules import CLOSED, ISSUED, Assessed, Found
from shared.database import Base, UnitOfWork
from shared.events import Event


async def keep_gap(work: UnitOfWork, event: assessment.GapIdentified) -> None:
    """Keep a gap."""
    await _keep(work, FoundGap, event)


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


async def keep_recommendation(work: UnitOfWork, event: assessment.RecommendationIssued) -> None:
    """Keep a recommendation, and each gap that it is about."""
    await _keep(work, IssuedRecommendation, event)
    for gap_id in event.gap_ids or (event.gap_id,):
        await _keep(work, RecommendedGap, event, gap_id=gap_id)


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


async def keep_confidentiality(work: UnitOfWork, event: assessment.ConfidentialityChanged) -> None:
    """Treat a recommendation as confidential, or no longer, from now on (¶23)."""
    told = {"confidential": event.confidential} | ({"text": event.text} if event.text else {})
    await work.session.execute(
        update(IssuedRecommendation)
        .where(IssuedRecommendation.recommendation_id == event.record_id)
        .values(told)
    )


async def existing_gaps(session: AsyncSession, on: date) -> dict[str, list[Found]]:
    """The gaps that still stand, by State, and how old they are on a date.

    The latest assessment that covered a theme decides which of the theme's gaps there are; a gap
    all of whose recommendations are closed stands no more.
    """
    known = CompletedAssessment
    covered = func.jsonb_array_elements_text(known.themes).column_valued("theme")
    latest = (
        select(known.member_state, covered, known.assessment_id)
        .distinct(known.member_state, covered)
        .order_by(
            known.member_state, covered, known.completed_on.desc(), known.assessment_id.desc()
        )
        .subquery()
    )
    of_gap = select(RecommendedGap.recommendation_id).where(
        RecommendedGap.gap_id == FoundGap.gap_id
    )
    still_open = of_gap.outerjoin(
        RecommendationStatus,
        RecommendationStatus.recommendation_id == RecommendedGap.recommendation_id,
    ).where(func.coalesce(RecommendationStatus.status, ISSUED).not_in(CLOSED))
    gap = FoundGap
    statement = (
        select(gap.member_state, gap.severity, *_summed_up(gap.identified_on, gap.theme, on))
        .outerjoin(
            latest, (latest.c.member_state == gap.member_state) & (latest.c.theme == gap.theme)
        )
        .where(
            func.coalesce(latest.c.assessment_id, gap.assessment_id) == gap.assessment_id,
            still_open.exists() | ~of_gap.exists(),
        )
        .group_by(gap.member_state, gap.severity)
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
    state = func.jsonb_array_elements_text(table.member_states).column_valued("state")
    statement = (
        select(state, table.kind, table.severity, *_summed_up(table.identified_on, table.theme, on))
        .where(
            or_(
                *(
                    and_(table.kind == kind, table.identified_on >= first)
                    for kind, first in since.items()
                )
            )
        )
        .group_by(state, table.kind, table.severity)
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


def _summed_up(
    identified_on: InstrumentedAttribute[date], theme: InstrumentedAttribute[str], on: date
) -> tuple[ColumnElement[Any], ...]:
    """Of a group: how many, the latest date, the latest theme, and the mean age in days."""
    latest_first = aggregate_order_by(theme, identified_on.desc(), theme)
    age = func.greatest(literal(on, Date) - identified_on, 0)
    return (
        func.count(),
        func.max(identified_on),
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
