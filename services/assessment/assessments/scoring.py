"""Keeps the scores of an assessment, for each audience, and reads them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import (
    Assessment,
    AssessmentScore,
    Audience,
    Dimension,
)
from services.assessment.assessments.rules import Score, Scores
from services.assessment.assessments.schemas import AssessmentRead, ScoreRead
from shared.auth import Caller
from shared.database import UnitOfWork

_FIELD_OF = {
    Dimension.THEME: "by_theme",
    Dimension.RESOLUTION: "by_resolution",
    Dimension.PROVISION: "by_provision",
}


async def keep_scores(
    work: UnitOfWork, assessment_id: UUID, scores: Mapping[Audience, Scores | None]
) -> None:
    """Replace the scores of the assessment; an audience without scores has none."""
    await work.session.execute(
        delete(AssessmentScore).where(AssessmentScore.assessment_id == assessment_id)
    )
    work.session.add_all(
        row
        for audience, made in scores.items()
        if made is not None
        for row in _rows(assessment_id, audience, made)
    )
    await work.session.flush()


async def read_with_scores(
    session: AsyncSession, caller: Caller, assessments: Sequence[Assessment]
) -> list[AssessmentRead]:
    """The assessments in their public form, each with the scores that the caller may see."""
    found: dict[tuple[UUID, Audience], list[AssessmentScore]] = {}
    rows = await session.scalars(
        select(AssessmentScore).where(
            AssessmentScore.assessment_id.in_([assessment.id for assessment in assessments])
        )
    )
    for row in rows:
        found.setdefault((row.assessment_id, row.audience), []).append(row)
    return [
        _as_read(assessment, found.get((assessment.id, _audience_of(caller, assessment)), []))
        for assessment in assessments
    ]


def _audience_of(caller: Caller, assessment: Assessment) -> Audience:
    if caller.may_see_confidential_of(assessment.member_state):
        return Audience.ALL
    return Audience.OPEN


def _rows(assessment_id: UUID, audience: Audience, scores: Scores) -> Iterable[AssessmentScore]:
    def row(dimension: Dimension, key: str, score: Score) -> AssessmentScore:
        return AssessmentScore(
            assessment_id=assessment_id,
            audience=audience,
            dimension=dimension,
            key=key,
            score=score.score,
            low=score.low,
            high=score.high,
            asked=score.asked,
            answered=score.answered,
        )

    yield row(Dimension.OVERALL, "", scores.overall)
    for theme, score in scores.by_theme.items():
        yield row(Dimension.THEME, theme, score)
    for resolution, score in scores.by_resolution.items():
        yield row(Dimension.RESOLUTION, str(resolution), score)
    for provision, score in scores.by_provision.items():
        yield row(Dimension.PROVISION, provision, score)


def _as_read(assessment: Assessment, rows: Iterable[AssessmentScore]) -> AssessmentRead:
    grouped: dict[str, dict[str, ScoreRead]] = {name: {} for name in _FIELD_OF.values()}
    overall: ScoreRead | None = None
    for row in sorted(rows, key=lambda row: row.key):
        score = ScoreRead.model_validate(row)
        if row.dimension is Dimension.OVERALL:
            overall = score
        else:
            grouped[_FIELD_OF[row.dimension]][row.key] = score
    assert overall is not None  # noqa: S101 - who may see an assessment may see a score of it
    return AssessmentRead(
        id=assessment.id,
        version=assessment.version,
        survey_id=assessment.survey_id,
        member_state=assessment.member_state,
        confidential=assessment.confidential,
        completed_on=assessment.completed_on,
        overall=overall,
        **grouped,
        summary=assessment.summary,
    )
