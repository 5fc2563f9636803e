"""Counts an assessment's answers again, once another part of them is confidential."""

from services.assessment.assessments.models import Assessment, Audience
from services.assessment.assessments.rules import implementation_scores, scored_questions
from services.assessment.assessments.scoring import keep_scores
from services.assessment.instruments.rules import questions_of
from services.assessment.instruments.service import sections_by_id
from services.assessment.surveys.drafting import answers_of, confidential_of, values_of
from services.assessment.surveys.models import Survey
from shared.database import UnitOfWork


async def rescore(work: UnitOfWork, assessment: Assessment, survey: Survey) -> set[str]:
    """Keep the assessment's scores anew; the questions that still count for everyone (¶23)."""
    questions = questions_of(await sections_by_id(work.session, survey.instrument_id))
    answers = await answers_of(work.session, survey)
    values = values_of(answers)
    open_to_all = scored_questions(questions, values, confidential_of(answers))
    whole = implementation_scores(scored_questions(questions, values))
    open_ones = implementation_scores(open_to_all)
    await keep_scores(work, assessment.id, {Audience.ALL: whole, Audience.OPEN: open_ones})
    told = open_ones or whole
    assert told is not None and told.overall.score is not None  # noqa: S101, PT018 - it was assessed
    assessment.score = told.overall.score
    await work.save(assessment)
    return {entry.question.code for entry in open_to_all} if open_ones else set()
