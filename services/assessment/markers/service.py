"""Keeps, counts and lists what addresses gender, human rights and children."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    cast,
    delete,
    exists,
    extract,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.assessment.assessments.access import audience_in_lists
from services.assessment.assessments.models import Assessment, AssessmentStatus, Audience
from services.assessment.gaps.models import Gap
from services.assessment.instruments.models import Tag
from services.assessment.markers.models import AssessmentMarker
from services.assessment.markers.rules import Marker
from services.assessment.markers.schemas import (
    MarkedAssessment,
    MarkedAssessmentQuery,
    MarkedRecommendation,
    MarkedRecommendationQuery,
    MarkerFilter,
    MarkerGroup,
    MarkerQuery,
    MarkersBy,
    MarkersRead,
    TagTally,
    Tally,
)
from services.assessment.recommendations.models import Recommendation
from shared.auth import Caller
from shared.database import Page, StateRecord, UnitOfWork, paginate, visible_to
from shared.reference import member_states


async def keep_markers(
    work: UnitOfWork, assessment_id: UUID, found: Mapping[Audience, Mapping[str, Marker]]
) -> None:
    """Replace the markers of the assessment."""
    await work.session.execute(
        delete(AssessmentMarker).where(AssessmentMarker.assessment_id == assessment_id)
    )
    work.session.add_all(
        AssessmentMarker(
            assessment_id=assessment_id,
            audience=audience,
            tag=Tag(tag),
            asked=marker.asked,
            answered=marker.answered,
        )
        for audience, markers in found.items()
        for tag, marker in markers.items()
    )
    await work.session.flush()


_is_among_its_gaps = Recommendation.gap_ids.has_key(cast(Gap.id, Text))


@dataclass(slots=True)
class _Totals:
    """Of one group: how many there are, and how many of them address each tag."""

    all: int = 0
    addressing: dict[Tag, int] = field(default_factory=lambda: dict.fromkeys(Tag, 0))

    def tally(self, tag: Tag) -> Tally:
        return Tally(
            addressing=self.addressing[tag], not_addressing=self.all - self.addressing[tag]
        )


async def count(session: AsyncSession, caller: Caller, query: MarkerQuery) -> MarkersRead:
    """The assessments and issued recommendations that the caller may see, by group."""
    assessments = await _totals(
        session,
        query,
        _assessments(caller, query),
        Assessment,
        Assessment.completed_on,
        {tag: _takes_up(caller, tag) for tag in Tag},
    )
    recommendations = await _totals(
        session,
        query,
        _recommendations(caller, query),
        Recommendation,
        Recommendation.issued_on,
        {tag: _is_about(tag) for tag in Tag},
    )
    groups = [
        MarkerGroup(
            **dict(zip(query.by, key, strict=True)),
            tags=[
                TagTally(
                    tag=tag,
                    assessments=assessments[key].tally(tag),
                    recommendations=recommendations[key].tally(tag),
                )
                for tag in Tag
            ],
        )
        for key in sorted({*assessments, *recommendations})
    ]
    return MarkersRead(groups=groups)


async def list_assessments(
    session: AsyncSession, caller: Caller, tag: Tag, query: MarkedAssessmentQuery
) -> Page[MarkedAssessment]:
    """The assessments that the caller may see, with what of each is about the tag."""
    statement = _assessments(caller, query)
    if query.addressed is not None:
        statement = statement.where(_takes_up(caller, tag) == query.addressed)
    sortable = {"completed_on": Assessment.completed_on}
    page = await paginate(session, statement, query, query.sort, sortable, Assessment.id)
    ids = [assessment.id for assessment in page.records]
    markers = {
        marker.assessment_id: marker
        for marker in await session.scalars(
            select(AssessmentMarker).where(
                AssessmentMarker.assessment_id.in_(ids),
                AssessmentMarker.tag == tag,
                AssessmentMarker.audience == audience_in_lists(caller),
            )
        )
    }
    gaps = visible_to(caller, select(Gap.assessment_id, func.count()), Gap).where(
        Gap.tags.contains([tag])
    )
    recommendations = (
        _recommendations(caller, MarkerFilter())
        .with_only_columns(Gap.assessment_id, func.count(Recommendation.id.distinct()))
        .join(Gap, _is_among_its_gaps)
        .where(_is_about(tag))
    )
    gaps_of, recommendations_of = [
        dict(
            (
                await session.execute(
                    counted.where(Gap.assessment_id.in_(ids)).group_by(Gap.assessment_id)
                )
            )
            .tuples()
            .all()
        )
        for counted in (gaps, recommendations)
    ]

    def as_read(assessment: Assessment) -> MarkedAssessment:
        marker = markers.get(assessment.id)
        answered = marker.answered if marker else 0
        with_it = (gaps_of.get(assessment.id, 0), recommendations_of.get(assessment.id, 0))
        assert assessment.completed_on is not None  # noqa: S101 - they are completed
        return MarkedAssessment(
            assessment_id=assessment.id,
            member_state=assessment.member_state,
            completed_on=assessment.completed_on,
            addressed=any((answered, *with_it)),
            questions_asked=marker.asked if marker else 0,
            questions_answered=answered,
            gaps=with_it[0],
            recommendations=with_it[1],
        )

    return page.map(as_read)


async def list_recommendations(
    session: AsyncSession, caller: Caller, tag: Tag, query: MarkedRecommendationQuery
) -> Page[MarkedRecommendation]:
    """The issued recommendations that the caller may see, and whether each is about the tag."""
    statement = _recommendations(caller, query)
    if query.addressed is not None:
        statement = statement.where(_is_about(tag) == query.addressed)
    sortable = {"issued_on": Recommendation.issued_on}
    page = await paginate(session, statement, query, query.sort, sortable, Recommendation.id)
    gaps = await session.execute(
        select(Gap.id, Gap.assessment_id).where(
            Gap.id.in_([record.gap_id for record in page.records])
        )
    )
    assessment_of = dict(gaps.tuples().all())

    def as_read(record: Recommendation) -> MarkedRecommendation:
        assert record.issued_on is not None  # noqa: S101 - a draft is not among them
        return MarkedRecommendation(
            recommendation_id=record.id,
            assessment_id=assessment_of[record.gap_id],
            member_state=record.member_state,
            theme=record.theme,
            status=record.status,
            issued_on=record.issued_on,
            addressed=tag in record.tags,
        )

    return page.map(as_read)


def _assessments(caller: Caller, query: MarkerFilter) -> Select[Assessment]:
    statement = visible_to(caller, select(Assessment), Assessment)
    return statement.where(
        Assessment.status == AssessmentStatus.COMPLETED,
        *_wanted(query, Assessment, Assessment.completed_on),
    )


def _recommendations(caller: Caller, query: MarkerFilter) -> Select[Recommendation]:
    """Those that were issued: what is under review addresses nothing yet."""
    statement = visible_to(caller, select(Recommendation), Recommendation)
    return statement.where(
        Recommendation.issued_on.is_not(None),
        *_wanted(query, Recommendation, Recommendation.issued_on),
    )


def _wanted(
    query: MarkerFilter, kind: type[StateRecord], on: InstrumentedAttribute[Any]
) -> Iterable[ColumnElement[bool]]:
    if query.member_state:
        yield kind.member_state == query.member_state
    if query.region or query.subregion:
        yield kind.member_state.in_(
            state.alpha3
            for state in member_states().values()
            if query.region in (None, state.region) and query.subregion in (None, state.subregion)
        )
    if query.year:
        yield on.between(date(query.year, 1, 1), date(query.year, 12, 31))


def _takes_up(caller: Caller, tag: Tag) -> ColumnElement[bool]:
    """Whether an answer, a gap or a recommendation of the assessment is about it."""
    answered = exists().where(
        AssessmentMarker.assessment_id == Assessment.id,
        AssessmentMarker.audience == audience_in_lists(caller),
        AssessmentMarker.tag == tag,
        AssessmentMarker.answered > 0,
    )
    gaps = visible_to(caller, select(Gap), Gap).where(
        Gap.assessment_id == Assessment.id, Gap.tags.contains([tag])
    )
    recommendations = (
        _recommendations(caller, MarkerFilter())
        .join(Gap, _is_among_its_gaps)
        .where(Gap.assessment_id == Assessment.id, _is_about(tag))
    )
    return or_(answered, gaps.exists(), recommendations.exists())


def _is_about(tag: Tag) -> ColumnElement[bool]:
    return Recommendation.tags.contains([tag])


async def _totals(
    session: AsyncSession,
    query: MarkerQuery,
    statement: Select[*tuple[Any, ...]],
    kind: type[StateRecord],
    on: InstrumentedAttribute[Any],
    addressing: Mapping[Tag, ColumnElement[bool]],
) -> dict[tuple[Any, ...], _Totals]:
    year = cast(extract("year", on), Integer)
    counted = statement.with_only_columns(
        kind.member_state,
        year,
        func.count(),
        *(func.count().filter(condition) for condition in addressing.values()),
    ).group_by(kind.member_state, year)
    totals: dict[tuple[Any, ...], _Totals] = defaultdict(_Totals)
    for state, in_year, everything, *of_tags in (await session.execute(counted)).tuples():
        of_state = member_states()[state]
        about = {
            MarkersBy.REGION: of_state.region,
            MarkersBy.SUBREGION: of_state.subregion,
            MarkersBy.MEMBER_STATE: state,
            MarkersBy.YEAR: in_year,
        }
        group = totals[tuple(about[by] for by in query.by)]
        group.all += everything
        for tag, addressed in zip(addressing, of_tags, strict=True):
            group.addressing[tag] += addressed
    return totals
