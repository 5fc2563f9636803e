"""Completes and finds assessments."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import Assessment, Audience
from services.assessment.assessments.rules import implementation_scores, scored_questions
from services.assessment.assessments.schemas import (
    AssessmentCreate,
    AssessmentQuery,
    AssessmentRead,
)
from services.assessment.assessments.scoring import keep_scores, read_with_scores
from services.assessment.events import AssessmentCompleted
from services.assessment.gaps.service import record_gaps
from services.assessment.instruments.rules import questions_of
from services.assessment.instruments.service import sections_by_id
from services.assessment.surveys.drafting import answers_of, confidential_of, values_of
from services.assessment.surveys.models import Survey, SurveyStatus
from services.assessment.surveys.rules import FREE_STEPS
from services.assessment.surveys.service import mark_assessed
from shared.auth import Caller
from shared.database import Page, UnitOfWork, paginate, read_visible, visible_to
from shared.errors import Invalid, require_step


async def complete(work: UnitOfWork, caller: Caller, wanted: AssessmentCreate) -> AssessmentRead:
    """Score the State's response and derive its gaps, all in one step."""
    survey = await work.session.get(Survey, wanted.survey_id, with_for_update=True)
    if survey is None:
        raise Invalid.of_field("body.survey_id", "No such survey; see /v1/surveys.")
    require_step("survey", survey.status, SurveyStatus.ASSESSED, FREE_STEPS)
    questions = questions_of(await sections_by_id(work.session, survey.instrument_id))
    answers = await answers_of(work.session, survey)
    values = values_of(answers)
    withheld = confidential_of(answers)
    counted = scored_questions(questions, values)
    open_to_all = scored_questions(questions, values, withheld)
    scores = {
        Audience.ALL: implementation_scores(counted),
        Audience.OPEN: implementation_scores(open_to_all),
    }
    whole, open_ones = scores[Audience.ALL], scores[Audience.OPEN]
    if whole is None:
        raise Invalid.of_field(
            "body.survey_id", "No answer of it is scored: there is nothing to assess."
        )
    told = open_ones or whole
    assert told.overall.score is not None  # noqa: S101 - there are scores only of answers
    assessment = Assessment(
        survey_id=survey.id,
        member_state=survey.member_state,
        # Where every answer is confidential, so is what they come to.
        confidential=survey.confidential or open_ones is None,
        completed_on=work.clock.today(),
        score=told.overall.score,
        summary=wanted.summary,
    )
    await work.save(assessment)
    await keep_scores(work, assessment.id, scores)
    await mark_assessed(work, caller, survey)
    work.publish(
        AssessmentCompleted(
            member_state=assessment.member_state,
            confidential=assessment.confidential,
            assessment_id=assessment.id,
            survey_id=survey.id,
            completed_on=assessment.completed_on,
            score=assessment.score,
            scores_by_theme={
                theme: score.score
                for theme, score in told.by_theme.items()
                if score.score is not None
            },
        )
    )
    await record_gaps(work, assessment, values, counted, open_to_all)
    (read,) = await read_with_scores(work.session, caller, [assessment])
    return read


async def list_assessments(
    session: AsyncSession, caller: Caller, query: AssessmentQuery
) -> Page[AssessmentRead]:
    """The assessments that match the query and that the caller may see."""
    statement = visible_to(caller, select(Assessment), Assessment)
    if query.member_state:
        statement = statement.where(Assessment.member_state == query.member_state)
    if query.completed_since:
        statement = statement.where(Assessment.completed_on >= query.completed_since)
    sortable = {"completed_on": Assessment.completed_on, "score": Assessment.score}
    page = await paginate(session, statement, query, query.sort, sortable, Assessment.id)
    return Page(
        items=await read_with_scores(session, caller, page.records), next_cursor=page.next_cursor
    )


async def read(session: AsyncSession, caller: Caller, assessment_id: UUID) -> AssessmentRead:
    """The assessment, if the caller may see it."""
    assessment = await read_visible(session, caller, Assessment, assessment_id)
    (found,) = await read_with_scores(session, caller, [assessment])
    return found
