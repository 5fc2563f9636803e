"""Opens, completes and finds assessments."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.access import (
    audience_in_lists,
    locked_open,
    read_readable,
    readable,
    require_part,
)
from services.assessment.assessments.findings import keep_findings
from services.assessment.assessments.models import (
    Assessment,
    AssessmentScore,
    AssessmentStatus,
    Audience,
    Dimension,
)
from services.assessment.assessments.rules import FREE_STEPS, implementation_scores
from services.assessment.assessments.schemas import (
    AssessmentCreate,
    AssessmentQuery,
    AssessmentRead,
    AssessmentSummary,
    AssessmentUpdate,
)
from services.assessment.assessments.scoring import read_with_scores, response_to, summarised
from services.assessment.events import AssessmentCompleted
from services.assessment.gaps.service import record_gaps
from services.assessment.ratings import service as ratings
from services.assessment.ratings import sheets
from services.assessment.surveys.models import Survey, SurveyStatus
from services.assessment.surveys.rules import FREE_STEPS as SURVEY_STEPS
from services.assessment.surveys.service import mark_assessed
from shared.auth import CTED, Caller, Role
from shared.database import Page, UnitOfWork, paginate
from shared.errors import Conflict, Forbidden, Invalid, require_step


async def open_assessment(
    work: UnitOfWork, caller: Caller, wanted: AssessmentCreate
) -> AssessmentRead:
    """Open the assessment of an accepted response, with every item that is to be rated."""
    survey = await work.session.get(Survey, wanted.survey_id, with_for_update=True)
    if survey is None:
        raise Invalid.of_field("body.survey_id", "No such survey; see /v1/surveys.")
    require_step("survey", survey.status, SurveyStatus.ASSESSED, SURVEY_STEPS)
    is_under_way = select(Assessment.id).where(Assessment.survey_id == survey.id)
    if under_way := await work.session.scalar(is_under_way):
        raise Conflict(f"It is being assessed already; see /v1/assessments/{under_way}.")
    response = await response_to(work.session, survey)
    if implementation_scores(response.counted[Audience.ALL]) is None:
        raise Invalid.of_field(
            "body.survey_id", "No answer of it is scored: there is nothing to assess."
        )
    assessment = Assessment(
        survey_id=survey.id,
        member_state=survey.member_state,
        confidential=survey.confidential,
        status=AssessmentStatus.OPEN,
        assessors=wanted.assessors or [caller.subject],
        opened_on=work.clock.today(),
        summary=wanted.summary,
    )
    await work.save(assessment)
    await ratings.lay_out(work, assessment, response)
    return await _as_read(work, caller, assessment)


async def revise(
    work: UnitOfWork,
    caller: Caller,
    assessment_id: UUID,
    version: int | None,
    wanted: AssessmentUpdate,
) -> AssessmentRead:
    """Change the summary, or who assesses."""
    assessment = await locked_open(work, assessment_id, version)
    require_part(caller, assessment)
    if wanted.summary is not None:
        assessment.summary = wanted.summary
    if wanted.assessors is not None:
        if not caller.has_any(Role.CTED_LEAD):
            raise Forbidden("Only a lead names other assessors.")
        await sheets.hand_over(work, assessment, wanted.assessors)
    await work.save(assessment)
    return await _as_read(work, caller, assessment)


async def complete(
    work: UnitOfWork, caller: Caller, assessment_id: UUID, version: int | None
) -> AssessmentRead:
    """Score the response, take the final ratings and derive the gaps, all in one step."""
    # The survey is locked first, as where a State asks for confidentiality: no deadlock.
    survey: Survey | None = await work.session.scalar(
        select(Survey)
        .join(Assessment, Assessment.survey_id == Survey.id)
        .where(Assessment.id == assessment_id)
        .with_for_update(of=Survey)
    )
    assessment = await work.get(Assessment, assessment_id, version=version, locked=True)
    assert survey is not None  # noqa: S101 - every assessment is of a survey
    require_part(caller, assessment)
    require_step("assessment", assessment.status, AssessmentStatus.COMPLETED, FREE_STEPS)
    await ratings.conclude(work, assessment)
    response = await response_to(work.session, survey)
    # Saved with what is found, so that versions do not count whether anything is kept back (¶23).
    assessment.status = AssessmentStatus.COMPLETED
    assessment.completed_on = work.clock.today()
    found = await keep_findings(work, assessment, response)
    assessment.confidential = survey.confidential or not found.is_open
    await work.save(assessment)
    await mark_assessed(work, caller, survey)
    work.publish(
        AssessmentCompleted(
            member_state=assessment.member_state,
            confidential=assessment.confidential,
            assessment_id=assessment.id,
            survey_id=survey.id,
            completed_on=assessment.completed_on,
            score=found.scores.overall.score,
            scores_by_theme={
                theme: score.score
                for theme, score in found.scores.by_theme.items()
                if score.score is not None
            },
            themes=sorted(
                {
                    entry.question.theme
                    for entry in response.counted[Audience.ALL]
                    if entry.value is not None
                }
            ),
        )
    )
    await record_gaps(work, assessment, response, found.rated)
    return await _as_read(work, caller, assessment)


async def list_assessments(
    session: AsyncSession, caller: Caller, query: AssessmentQuery
) -> Page[AssessmentSummary]:
    """The assessments that match the query and that the caller may see."""
    is_open = query.status is AssessmentStatus.OPEN
    sort = query.sort or ("-opened_on" if is_open else "-completed_on")
    if is_open and not sort.endswith("opened_on"):
        raise Invalid.of_field("query.sort", "Open assessments sort by opened_on or -opened_on.")
    statement = readable(caller).where(Assessment.status == query.status)
    if query.member_state:
        statement = statement.where(Assessment.member_state == query.member_state)
    if query.completed_since:
        statement = statement.where(Assessment.completed_on >= query.completed_since)
    if query.assessor:
        if not caller.has_any(*CTED):
            raise Forbidden("Who assessed is told to CTED alone.")
        statement = statement.where(Assessment.assessors.contains([query.assessor]))
    if sort.endswith("score"):
        statement = statement.join(
            AssessmentScore,
            (AssessmentScore.assessment_id == Assessment.id)
            & (AssessmentScore.dimension == Dimension.OVERALL)
            & (AssessmentScore.audience == audience_in_lists(caller)),
        )
    sortable = {
        "opened_on": Assessment.opened_on,
        "completed_on": Assessment.completed_on,
        "score": AssessmentScore.score,
    }
    page = await paginate(session, statement, query, sort, sortable, Assessment.id)
    return Page(items=await summarised(session, caller, page.records), next_cursor=page.next_cursor)


async def read(session: AsyncSession, caller: Caller, assessment_id: UUID) -> AssessmentRead:
    """The assessment, if the caller may see it."""
    assessment = await read_readable(session, caller, assessment_id)
    (found,) = await read_with_scores(session, caller, [assessment])
    return found


async def _as_read(work: UnitOfWork, caller: Caller, assessment: Assessment) -> AssessmentRead:
    (read,) = await read_with_scores(work.session, caller, [assessment])
    return read
