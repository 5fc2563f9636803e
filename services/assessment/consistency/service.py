"""Reads the ratings and scores of completed assessments and holds them against each other."""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.assessment.assessments.models import (
    Assessment,
    AssessmentScore,
    AssessmentStatus,
    Audience,
    Dimension,
)
from services.assessment.consistency.rules import (
    CATEGORIES,
    FAR_FROM_SCORE,
    Agreement,
    AssessorMean,
    RoundScore,
    agreement,
    drifts,
    leniencies,
)
from services.assessment.consistency.schemas import (
    AgreementRead,
    AgreementReport,
    ConsistencyQuery,
    DriftQuery,
    DriftRead,
    DriftReport,
    FarRating,
    LeniencyRead,
    OutlierQuery,
    OutlierReport,
    PairAgreement,
)
from services.assessment.instruments.models import Instrument, Tool
from services.assessment.ratings.models import AssessmentItem, ItemRating
from services.assessment.ratings.rules import RATING_VALUES, Rating
from services.assessment.surveys.models import Survey
from shared.auth import CTED, Caller
from shared.reference import member_states

S = TypeVar("S", bound=Select[*tuple[Any, ...]])
Pairs = tuple[UUID, Rating, Rating, int]
"""An assessment, two ratings of one item, and how often they meet there."""

_PLACE = {rating: place for place, rating in enumerate(CATEGORIES)}
_VALUE = case(RATING_VALUES, value=ItemRating.rating)
_DIFFERENCE = _VALUE - AssessmentItem.score
_ROUNDING = 1e-3
"""Scores are kept to four places: what lies two steps away may seem a little nearer."""


async def agreement_among(
    session: AsyncSession, caller: Caller, query: ConsistencyQuery
) -> AgreementReport:
    """How far assessors who rate apart agree; who they are is CTED's own business."""
    one, other = aliased(ItemRating), aliased(ItemRating)
    keys = (one.assessment_id, one.theme, one.assessor, other.assessor, one.rating, other.rating)
    statement = (
        select(*keys, func.count())
        .join_from(
            one,
            other,
            and_(
                other.assessment_id == one.assessment_id,
                other.theme == one.theme,
                other.provision == one.provision,
                other.assessor > one.assessor,
            ),
        )
        .join(Assessment, Assessment.id == one.assessment_id)
        .group_by(*keys)
    )
    met = (await session.execute(_matching(statement, query))).tuples().all()
    # A thousand resamples for each pair take long: not on the event loop.
    return await asyncio.to_thread(_agreements, met, names_told=caller.has_any(*CTED))


def _agreements(
    met: Iterable[tuple[UUID, str, str, str, Rating, Rating, int]], *, names_told: bool
) -> AgreementReport:
    overall: list[Pairs] = []
    by_theme: dict[str, list[Pairs]] = {}
    by_pair: dict[tuple[str, str], list[Pairs]] = {}
    for assessment_id, theme, first, second, rating, other_rating, count in met:
        pairs = (assessment_id, rating, other_rating, count)
        overall.append(pairs)
        by_theme.setdefault(theme, []).append(pairs)
        by_pair.setdefault((first, second), []).append(pairs)
    of_pairs = [
        PairAgreement(**_read(found).model_dump(), assessors=list(pair) if names_told else None)
        for pair, found in by_pair.items()
    ]
    return AgreementReport(
        overall=_read(overall),
        by_theme={theme: _read(pairs) for theme, pairs in sorted(by_theme.items())},
        by_pair=sorted(of_pairs, key=lambda of_pair: -of_pair.units),
    )


async def outliers_among(session: AsyncSession, query: OutlierQuery) -> OutlierReport:
    """Assessors who rate unlike the others, and single ratings far from their item's score."""
    compared = (ItemRating.rating != Rating.NOT_APPLICABLE, AssessmentItem.score.is_not(None))
    means = _matching(
        _of_items(select(ItemRating.assessor, func.count(), func.avg(_DIFFERENCE)))
        .where(*compared)
        .group_by(ItemRating.assessor),
        query,
    )
    found = [
        AssessorMean(assessor, count, float(mean))
        for assessor, count, mean in await session.execute(means)
    ]
    far = _matching(
        _of_items(
            select(ItemRating, AssessmentItem.score, _DIFFERENCE, Assessment, func.count().over())
        )
        .where(*compared, func.abs(_DIFFERENCE) >= FAR_FROM_SCORE - _ROUNDING)
        .order_by(func.abs(_DIFFERENCE).desc(), Assessment.completed_on.desc(), Assessment.id)
        .limit(query.limit),
        query,
    )
    shown = (await session.execute(far)).all()
    return OutlierReport(
        assessors=[LeniencyRead.model_validate(one) for one in leniencies(found)],
        ratings=[
            FarRating(
                assessment_id=assessment.id,
                member_state=assessment.member_state,
                completed_on=assessment.completed_on,
                theme=rating.theme,
                provision=rating.provision,
                assessor=rating.assessor,
                rating=rating.rating,
                score=score,
                difference=round(difference, 4),
            )
            for rating, score, difference, assessment, _ in shown
        ],
        ratings_found=shown[0][-1] if shown else 0,
    )


async def drift_among(session: AsyncSession, query: DriftQuery) -> DriftReport:
    """States whose scores in a theme, or whose change, stand out in their subregion."""
    statement = (
        select(
            Assessment.member_state,
            AssessmentScore.key,
            Instrument.tool,
            Assessment.completed_on,
            AssessmentScore.score,
        )
        .join_from(AssessmentScore, Assessment)
        .join(Survey, Survey.id == Assessment.survey_id)
        .join(Instrument, Instrument.id == Survey.instrument_id)
        .where(
            AssessmentScore.dimension == Dimension.THEME,
            AssessmentScore.audience == Audience.ALL,
        )
        .order_by(Assessment.completed_on, Assessment.id)
    )
    if query.theme:
        statement = statement.where(AssessmentScore.key == query.theme)
    scores = (await session.execute(_matching(statement, query))).tuples().all()
    return await asyncio.to_thread(_drift, scores, query)


def _drift(
    scores: Iterable[tuple[str, str, Tool, date | None, float | None]], query: DriftQuery
) -> DriftReport:
    rounds = [
        RoundScore(state, theme, tool, completed_on, score)
        for state, theme, tool, completed_on, score in scores
        if completed_on is not None and score is not None
    ]
    subregions = {code: state.subregion for code, state in member_states().items()}
    found = [
        drift
        for drift in drifts(rounds, subregions)
        if query.member_state in (None, drift.member_state)
    ]
    compared = sum(1 for drift in found if drift.score_z is not None)
    return DriftReport(
        compared=compared,
        too_few_peers=len(found) - compared,
        items=[
            DriftRead.model_validate(drift) for drift in found if drift.flagged or not query.flagged
        ],
    )


def _of_items(statement: S) -> S:
    return (
        statement.select_from(ItemRating)
        .join(
            AssessmentItem,
            and_(
                AssessmentItem.assessment_id == ItemRating.assessment_id,
                AssessmentItem.theme == ItemRating.theme,
                AssessmentItem.provision == ItemRating.provision,
            ),
        )
        .join(Assessment, Assessment.id == ItemRating.assessment_id)
    )


def _matching(statement: S, query: ConsistencyQuery) -> S:
    """Narrow to the completed assessments that the query is about."""
    statement = statement.where(Assessment.status == AssessmentStatus.COMPLETED)
    if query.completed_since:
        statement = statement.where(Assessment.completed_on >= query.completed_since)
    if query.completed_until:
        statement = statement.where(Assessment.completed_on <= query.completed_until)
    if query.region:
        states = [
            code
            for code, state in member_states().items()
            if query.region in (state.region, state.subregion, state.intermediate_region)
        ]
        statement = statement.where(Assessment.member_state.in_(states))
    if query.instrument_id or query.tool:
        surveys = select(Survey.id).join(Instrument, Instrument.id == Survey.instrument_id)
        if query.instrument_id:
            surveys = surveys.where(Instrument.id == query.instrument_id)
        if query.tool:
            surveys = surveys.where(Instrument.tool == query.tool)
        statement = statement.where(Assessment.survey_id.in_(surveys))
    return statement


def _read(pairs: Iterable[Pairs]) -> AgreementRead:
    return AgreementRead.model_validate(_agreement(pairs))


def _agreement(pairs: Iterable[Pairs]) -> Agreement:
    by_assessment: dict[UUID, NDArray[np.int64]] = {}
    for assessment_id, one, other, count in pairs:
        table = by_assessment.setdefault(
            assessment_id, np.zeros((len(CATEGORIES), len(CATEGORIES)), dtype=np.int64)
        )
        table[_PLACE[one], _PLACE[other]] += count
    none = np.zeros((0, len(CATEGORIES), len(CATEGORIES)), dtype=np.int64)
    return agreement(np.stack([*by_assessment.values()]) if by_assessment else none)
