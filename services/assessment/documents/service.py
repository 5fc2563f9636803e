"""Gathers what a document says, as far as its reader may see it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment, AssessmentStatus
from services.assessment.assessments.schemas import AssessmentRead, RatingTallyRead, ScoreRead
from services.assessment.assessments.scoring import read_with_scores
from services.assessment.assessments.service import read as read_assessment
from services.assessment.documents.rules import gravest_first
from services.assessment.documents.schemas import (
    AssessmentReport,
    GapLine,
    RecommendationLine,
    Round,
    ScoreLine,
    StateProfile,
    StrategyLine,
)
from services.assessment.gaps.models import Gap
from services.assessment.gaps.schemas import GapRead
from services.assessment.gaps.service import as_read as gap_as_read
from services.assessment.instruments.models import Instrument
from services.assessment.instruments.rules import Provision
from services.assessment.recommendations.models import Recommendation
from services.assessment.recommendations.rules import ENDED
from services.assessment.recommendations.service import about_any, readable
from services.assessment.strategies.models import ELEMENTS, Strategy, StrategyElement
from services.assessment.strategies.rules import missing_elements
from services.assessment.surveys.models import Survey
from shared.auth import Caller
from shared.database import visible_to
from shared.errors import NotFound
from shared.reference import member_states, resolutions, themes


async def assessment_report(
    session: AsyncSession, caller: Caller, assessment_id: UUID, today: date
) -> AssessmentReport:
    """The report of an assessment that the caller may see."""
    assessment = await read_assessment(session, caller, assessment_id)
    if assessment.overall is None:
        raise NotFound("The assessment is open: it has a report once it is completed.")
    instrument = await _instrument_of(session, assessment.survey_id)
    gaps = await _gaps_of(session, caller, [assessment.id])
    recommended = await _recommendations(session, caller, today, about_any(gap.id for gap in gaps))
    return AssessmentReport(
        **_heading(assessment.member_state, today),
        confidential=assessment.holds_confidential
        or _holds_confidential([assessment, *gaps, *recommended]),
        instrument=_title(instrument.title, instrument.edition),
        notice=instrument.notice,
        completed_on=assessment.completed_on,
        summary=assessment.summary,
        overall=_line("Overall", assessment.overall),
        by_theme=_theme_lines(assessment),
        by_resolution=_resolution_lines(assessment),
        gaps=_gap_lines(gaps),
        recommendations=_recommendation_lines(recommended, today),
    )


async def state_profile(
    session: AsyncSession, caller: Caller, member_state: str, today: date
) -> StateProfile:
    """What the caller may see of the State's implementation, as it stands."""
    if member_state not in member_states():
        raise NotFound(f"There is no Member State {member_state}; see /v1/reference/member-states.")
    records = await session.scalars(
        visible_to(caller, select(Assessment), Assessment)
        .where(
            Assessment.member_state == member_state,
            Assessment.status == AssessmentStatus.COMPLETED,
        )
        .order_by(Assessment.completed_on, Assessment.id)
    )
    assessments = await read_with_scores(session, caller, records.all())
    gaps = await _gaps_of(session, caller, [one.id for one in assessments[-1:]])
    recommended = await _recommendations(
        session, caller, today, Recommendation.member_state == member_state
    )
    strategies = await _strategies_of(session, caller, member_state)
    instruments = await _titles_by_survey(session, [one.survey_id for one in assessments])
    return StateProfile(
        **_heading(member_state, today),
        confidential=any(one.holds_confidential for one in assessments)
        or _holds_confidential([*assessments, *gaps, *recommended, *strategies]),
        rounds=[
            Round(
                completed_on=one.completed_on,
                instrument=instruments[one.survey_id],
                overall=_line("Overall", one.overall),
            )
            for one in assessments
            if one.overall is not None
        ],
        by_theme=_theme_lines(assessments[-1]) if assessments else [],
        gaps=_gap_lines(gaps),
        recommendations=_recommendation_lines(recommended, today),
        strategies=_strategy_lines(strategies),
    )


def _heading(member_state: str, today: date) -> dict[str, Any]:
    state = member_states()[member_state]
    return {
        "member_state": member_state,
        "state": state.name,
        "region": f"{state.region} · {state.intermediate_region or state.subregion}",
        "made_on": today,
    }


def _holds_confidential(
    records: Iterable[AssessmentRead | GapRead | Recommendation | Strategy],
) -> bool:
    return any(record.confidential for record in records)


async def _instrument_of(session: AsyncSession, survey_id: UUID) -> Instrument:
    return (
        await session.scalars(
            select(Instrument)
            .join(Survey, Survey.instrument_id == Instrument.id)
            .where(Survey.id == survey_id)
        )
    ).one()


async def _titles_by_survey(
    session: AsyncSession, survey_ids: Sequence[UUID]
) -> Mapping[UUID, str]:
    found = await session.execute(
        select(Survey.id, Instrument.title, Instrument.edition)
        .join(Instrument, Instrument.id == Survey.instrument_id)
        .where(Survey.id.in_(survey_ids))
    )
    return {survey_id: _title(title, edition) for survey_id, title, edition in found}


def _title(title: str, edition: int | None) -> str:
    return f"{title}, edition {edition}"


async def _gaps_of(
    session: AsyncSession, caller: Caller, assessment_ids: Sequence[UUID]
) -> list[GapRead]:
    found = await session.scalars(
        visible_to(caller, select(Gap), Gap)
        .where(Gap.assessment_id.in_(assessment_ids))
        .order_by(Gap.theme, Gap.question, Gap.id)
    )
    gaps = [gap_as_read(caller, gap) for gap in found]
    return sorted(gaps, key=lambda gap: gravest_first(gap.severity))


async def _recommendations(
    session: AsyncSession, caller: Caller, today: date, about: ColumnElement[bool]
) -> Sequence[Recommendation]:
    """What was issued; drafts stand in no document."""
    found = await session.scalars(
        readable(caller)
        .where(about, Recommendation.issued_on <= today)
        .order_by(Recommendation.target_on, Recommendation.id)
    )
    return found.all()


def _theme_lines(assessment: AssessmentRead) -> list[ScoreLine]:
    rated = assessment.ratings.by_theme if assessment.ratings else {}
    return [
        _line(_theme(code), score, rated.get(code)) for code, score in assessment.by_theme.items()
    ]


def _resolution_lines(assessment: AssessmentRead) -> list[ScoreLine]:
    names = {
        str(one.number): f"{one.number} ({one.year}): {one.subject}"
        for one in resolutions().values()
        if one.body == "Security Council"
    }
    rated = assessment.ratings.by_resolution if assessment.ratings else {}
    return [
        _line(names[number], score, rated.get(number))
        for number, score in sorted(
            assessment.by_resolution.items(), key=lambda entry: int(entry[0])
        )
    ]


def _gap_lines(gaps: Iterable[GapRead]) -> list[GapLine]:
    return [
        GapLine(
            theme=_theme(gap.theme),
            severity=gap.severity,
            provisions="; ".join(Provision(**cited.model_dump()).name for cited in gap.provisions),
            description=gap.description,
            answer=gap.answer,
        )
        for gap in gaps
    ]


def _recommendation_lines(
    recommended: Iterable[Recommendation], today: date
) -> list[RecommendationLine]:
    return [
        RecommendationLine(
            theme=_theme(one.theme),
            text=one.text,
            priority=one.priority,
            status=one.status,
            target_on=one.target_on,
            technical_assistance_needed=one.technical_assistance_needed,
            overdue=one.target_on < today and one.status not in ENDED,
        )
        for one in recommended
    ]


def _theme(code: str) -> str:
    return themes()[code].name


def _line(name: str, score: ScoreRead, rated: RatingTallyRead | None = None) -> ScoreLine:
    return ScoreLine(name=name, **score.model_dump(), rating=rated.rating if rated else None)


async def _strategies_of(
    session: AsyncSession, caller: Caller, member_state: str
) -> list[Strategy]:
    found = await session.scalars(
        visible_to(caller, select(Strategy), Strategy)
        .where(Strategy.member_state == member_state)
        .order_by(Strategy.adopted_on.desc().nulls_last(), Strategy.id)
    )
    return list(found)


def _strategy_lines(strategies: Iterable[Strategy]) -> list[StrategyLine]:
    return [
        StrategyLine(
            title=one.title,
            kind=one.kind,
            status=one.status,
            adopted_on=one.adopted_on,
            valid_until=one.valid_until,
            missing=[
                ELEMENTS[StrategyElement(name)] for name in missing_elements(one.elements, ELEMENTS)
            ],
        )
        for one in strategies
    ]
