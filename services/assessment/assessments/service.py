"""Completes and finds assessments."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment
from services.assessment.assessments.rules import Asked, implementation_scores
from services.assessment.assessments.schemas import AssessmentCreate, AssessmentQuery
from services.assessment.events import AssessmentCompleted
from services.assessment.gaps.service import record_gaps
from services.assessment.instruments.models import Instrument
from services.assessment.surveys.models import Survey, SurveyStatus
from services.assessment.surveys.rules import FREE_STEPS
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Invalid, require_step


async def complete(work: UnitOfWork, wanted: AssessmentCreate) -> Assessment:
    """Score the State's response and derive its gaps, all in one step."""
    survey = await work.session.get(Survey, wanted.survey_id, with_for_update=True)
    if survey is None:
        raise Invalid.of_field("body.survey_id", "No such survey; see /v1/surveys.")
    require_step("survey", survey.status, SurveyStatus.ASSESSED, FREE_STEPS)
    instrument = await work.get(Instrument, survey.instrument_id)
    questions = [Asked(**question) for question in instrument.questions]
    scores = implementation_scores(survey.answers, questions)
    if scores is None:
        raise Invalid.of_field(
            "body.survey_id", "Every answer is not_applicable: there is nothing to assess."
        )
    assessment = Assessment(
        survey_id=survey.id,
        member_state=survey.member_state,
        confidential=survey.confidential,
        completed_on=work.clock.today(),
        score=scores.overall,
        scores_by_theme=scores.by_theme,
        scores_by_resolution={str(number): score for number, score in scores.by_resolution.items()},
        summary=wanted.summary,
    )
    survey.status = SurveyStatus.ASSESSED
    await work.save(assessment)
    work.publish(
        AssessmentCompleted(
            member_state=assessment.member_state,
            confidential=assessment.confidential,
            assessment_id=assessment.id,
            survey_id=survey.id,
            completed_on=assessment.completed_on,
            score=assessment.score,
            scores_by_theme=scores.by_theme,
        )
    )
    await record_gaps(work, assessment, survey.answers, questions)
    return assessment


async def list_assessments(
    session: AsyncSession, caller: Caller, query: AssessmentQuery
) -> RecordPage[Assessment]:
    """The assessments that match the query and that the caller may see."""
    statement = visible_to(caller, select(Assessment), Assessment)
    if query.member_state:
        statement = statement.where(Assessment.member_state == query.member_state)
    if query.completed_since:
        statement = statement.where(Assessment.completed_on >= query.completed_since)
    sortable = {"completed_on": Assessment.completed_on, "score": Assessment.score}
    return await paginate(session, statement, query, query.sort, sortable, Assessment.id)
