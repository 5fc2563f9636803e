"""Keeps the scores of an assessment, for each audience, and reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import (
    Assessment,
    AssessmentScore,
    Audience,
    Dimension,
)
from services.assessment.assessments.rules import (
    Score,
    Scored,
    Scores,
    applicable,
    assessable_questions,
)
from services.assessment.assessments.schemas import (
    AssessmentRead,
    AssessmentSummary,
    RatingTallies,
    RatingTallyRead,
    ScoreRead,
)
from services.assessment.instruments.rules import AnswerValue, Question, questions_of
from services.assessment.instruments.service import sections_by_id
from services.assessment.markers.rules import Marker, markers_of
from services.assessment.ratings.models import AssessmentRating
from services.assessment.ratings.rules import Rating
from services.assessment.surveys.drafting import answers_of, confidential_of, values_of
from services.assessment.surveys.models import Survey
from shared.auth import CTED, Caller
from shared.database import UnitOfWork

R = TypeVar("R", AssessmentScore, AssessmentRating)

_FIELD_OF = {
    Dimension.THEME: "by_theme",
    Dimension.RESOLUTION: "by_resolution",
    Dimension.PROVISION: "by_provision",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What of a response is assessed: of all of it, and of what is open to all readers (¶23)."""

    answers: Mapping[str, AnswerValue]
    assessable: Mapping[Audience, Sequence[Question]]
    counted: Mapping[Audience, Sequence[Scored]]
    markers: Mapping[Audience, Mapping[str, Marker]]
    withheld: Sequence[str]
    """The questions whose answers the State keeps confidential."""

    def is_open(self, questions: Iterable[str]) -> bool:
        """Whether all of these questions are open to all readers."""
        open_codes = {question.code for question in self.assessable[Audience.OPEN]}
        return open_codes.issuperset(questions)


async def response_to(session: AsyncSession, survey: Survey) -> Response:
    """The survey's response as its assessment takes it."""
    questions = questions_of(await sections_by_id(session, survey.instrument_id))
    answers = await answers_of(session, survey)
    values = values_of(answers)
    confidential = confidential_of(answers)
    withheld: dict[Audience, list[str]] = {Audience.ALL: [], Audience.OPEN: confidential}
    assessable = {
        audience: assessable_questions(questions, values, codes)
        for audience, codes in withheld.items()
    }
    return Response(
        answers=values,
        assessable=assessable,
        counted={audience: applicable(asked, values) for audience, asked in assessable.items()},
        markers={
            audience: markers_of(questions, values, codes) for audience, codes in withheld.items()
        },
        withheld=confidential,
    )


async def keep_scores(
    work: UnitOfWork, assessment_id: UUID, scores: Mapping[Audience, Scores | None]
) -> None:
    """Replace the scores of the assessment; an audience without scores has none."""
    await work.session.execute(
        delete(AssessmentScore).where(AssessmentScore.assessment_id == assessment_id)
    )
    rows = [
        row
        for audience, made in scores.items()
        if made is not None
        for row in _rows(assessment_id, audience, made)
    ]
    await work.session.execute(insert(AssessmentScore), rows)


async def read_with_scores(
    session: AsyncSession, caller: Caller, assessments: Sequence[Assessment]
) -> list[AssessmentRead]:
    """The assessments in their public form, with the scores and ratings the caller may see."""
    scores = await _by_audience(session, AssessmentScore, assessments)
    ratings = await _by_audience(session, AssessmentRating, assessments)
    read = []
    for assessment in assessments:
        key = (assessment.id, audience_of(caller, assessment))
        read.append(_as_read(caller, assessment, scores.get(key, []), ratings.get(key, [])))
    return read


async def summarised(
    session: AsyncSession, caller: Caller, assessments: Sequence[Assessment]
) -> list[AssessmentSummary]:
    """The assessments as lists show them: of hundreds of scores for each, the overall one."""
    scores = await _by_audience(session, AssessmentScore, assessments, Dimension.OVERALL)
    ratings = await _by_audience(session, AssessmentRating, assessments, Dimension.OVERALL)
    read = []
    for assessment in assessments:
        key = (assessment.id, audience_of(caller, assessment))
        score = next(map(ScoreRead.model_validate, scores.get(key, [])), None)
        rating = next((tally.rating for tally in ratings.get(key, [])), None)
        read.append(AssessmentSummary(**_told(caller, assessment, score, rating)))
    return read


def audience_of(caller: Caller, assessment: Assessment) -> Audience:
    """Which of an assessment's scores and ratings the caller sees (¶23)."""
    if caller.may_see_confidential_of(assessment.member_state):
        return Audience.ALL
    return Audience.OPEN


async def _by_audience(
    session: AsyncSession,
    kind: type[R],
    assessments: Iterable[Assessment],
    dimension: Dimension | None = None,
) -> dict[tuple[UUID, Audience], list[R]]:
    found: dict[tuple[UUID, Audience], list[R]] = {}
    statement = (
        select(kind)
        .where(kind.assessment_id.in_([assessment.id for assessment in assessments]))
        .order_by(kind.key)
    )
    if dimension is not None:
        statement = statement.where(kind.dimension == dimension)
    for row in await session.scalars(statement):
        found.setdefault((row.assessment_id, row.audience), []).append(row)
    return found


def _rows(assessment_id: UUID, audience: Audience, scores: Scores) -> Iterable[dict[str, Any]]:
    def row(dimension: Dimension, key: str, score: Score) -> dict[str, Any]:
        about = {"assessment_id": assessment_id, "audience": audience}
        return about | {"dimension": dimension, "key": key} | asdict(score)

    yield row(Dimension.OVERALL, "", scores.overall)
    for theme, score in scores.by_theme.items():
        yield row(Dimension.THEME, theme, score)
    for resolution, score in scores.by_resolution.items():
        yield row(Dimension.RESOLUTION, str(resolution), score)
    for provision, score in scores.by_provision.items():
        yield row(Dimension.PROVISION, provision, score)


def _as_read(
    caller: Caller,
    assessment: Assessment,
    scores: Sequence[AssessmentScore],
    ratings: Sequence[AssessmentRating],
) -> AssessmentRead:
    overall, parts = _parted([(row, ScoreRead.model_validate(row)) for row in scores])
    rated, rated_parts = _parted([(row, RatingTallyRead.model_validate(row)) for row in ratings])
    return AssessmentRead(
        **_told(caller, assessment, overall, rated.rating if rated else None),
        **parts,
        ratings=RatingTallies(overall=rated, **rated_parts) if rated else None,
    )


def _told(
    caller: Caller, assessment: Assessment, overall: ScoreRead | None, rating: Rating | None
) -> dict[str, Any]:
    """What lists and the assessment itself tell the caller alike."""
    is_cted = caller.has_any(*CTED)
    sees_all = audience_of(caller, assessment) is Audience.ALL
    return {
        "id": assessment.id,
        "version": assessment.version,
        "survey_id": assessment.survey_id,
        "member_state": assessment.member_state,
        "confidential": assessment.confidential,
        "holds_confidential": sees_all and assessment.holds_confidential,
        "status": assessment.status,
        "assessors": assessment.assessors if is_cted else None,
        "unsettled": assessment.unsettled if is_cted else None,
        "opened_on": assessment.opened_on,
        "completed_on": assessment.completed_on,
        "overall": overall,
        "rating": rating,
        "summary": assessment.summary if sees_all or not assessment.holds_confidential else "",
    }


F = TypeVar("F", ScoreRead, RatingTallyRead)


def _parted(
    rows: Iterable[tuple[AssessmentScore | AssessmentRating, F]],
) -> tuple[F | None, dict[str, dict[str, F]]]:
    """What is overall, and the rest by dimension and key."""
    overall: F | None = None
    parts: dict[str, dict[str, F]] = {name: {} for name in _FIELD_OF.values()}
    for row, found in rows:
        if row.dimension is Dimension.OVERALL:
            overall = found
        else:
            parts[_FIELD_OF[row.dimension]][row.key] = found
    return overall, parts
