"""Surveys and responses over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.surveys import drafting, service
from services.assessment.surveys.models import Survey
from services.assessment.surveys.schemas import (
    Answers,
    ClarificationRequest,
    RevisionRead,
    SectionRead,
    SurveyCreate,
    SurveyQuery,
    SurveyRead,
    SurveyStepRead,
    SurveySummary,
    SurveyUpdate,
    Validation,
)
from shared.auth import Caller, CtedCaller, CtedCommitteeOrState, CtedOrState, FindingsReader
from shared.database import (
    HistoryQuery,
    OptionalVersion,
    Page,
    ReadSession,
    RequiredVersion,
    TransactionalRoute,
    WriteSession,
    created,
    read_visible,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1/surveys", tags=["surveys"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def issue_survey(
    caller: CtedCaller, work: WriteSession, wanted: SurveyCreate, response: Response
) -> SurveyRead:
    """Issue an instrument to a State (¶5)."""
    survey = await service.issue(work, caller, wanted)
    created(response, f"/v1/surveys/{survey.id}", survey.version)
    return await _with_progress(work.session, caller, survey)


@exported(router)
@router.get("", responses=problem_responses())
async def list_surveys(
    caller: FindingsReader, session: ReadSession, query: Annotated[SurveyQuery, Query()]
) -> Page[SurveySummary]:
    """Surveys; a State sees its own, partners what is assessed and open (¶23)."""
    page = await service.list_surveys(session, caller, query)
    return page.map(lambda survey: _summary(caller, survey))


@router.get("/{survey_id}", responses=problem_responses(NotFound))
async def read_survey(
    caller: FindingsReader, session: ReadSession, survey_id: UUID, response: Response
) -> SurveyRead:
    """One survey with the progress of its sections."""
    survey = await service.read(session, caller, survey_id)
    set_etag(response, survey.version)
    return await _with_progress(session, caller, survey)


@router.patch("/{survey_id}", responses=problem_responses(NotFound, Conflict, PreconditionFailed))
async def change_survey_due_date(
    caller: CtedCaller,
    work: WriteSession,
    survey_id: UUID,
    version: RequiredVersion,
    wanted: SurveyUpdate,
    response: Response,
) -> SurveyRead:
    """Give the State another date to answer by."""
    survey = await service.change_due_date(work, caller, survey_id, version, wanted)
    set_etag(response, survey.version)
    return await _with_progress(work.session, caller, survey)


@router.get("/{survey_id}/sections/{code}", responses=problem_responses(NotFound))
async def read_section(
    caller: FindingsReader, session: ReadSession, survey_id: UUID, code: str, response: Response
) -> SectionRead:
    """One section with its answers; those that the State keeps confidential are left out (¶23)."""
    survey = await service.read(session, caller, survey_id)
    section = await drafting.read_section(session, caller, survey, code)
    if section.version is not None:
        set_etag(response, section.version)
    return section


@router.patch(
    "/{survey_id}/sections/{code}",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def save_section(
    caller: CtedOrState,
    work: WriteSession,
    survey_id: UUID,
    code: str,
    version: RequiredVersion,
    given: Answers,
    response: Response,
) -> SectionRead:
    """Save answers of a draft; If-Match is the section's, so others save theirs meanwhile."""
    section = await drafting.save_section(work, caller, survey_id, code, version, given)
    assert section.version is not None  # noqa: S101 - who saves it sees all of it
    set_etag(response, section.version)
    return section


@exported(router)
@router.get("/{survey_id}/sections/{code}/revisions", responses=problem_responses(NotFound))
async def list_section_revisions(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    survey_id: UUID,
    code: str,
    query: Annotated[HistoryQuery, Query()],
) -> Page[RevisionRead]:
    """Every saving of a section: who changed which answer from what to what."""
    survey = await read_visible(session, caller, Survey, survey_id)
    page = await drafting.list_revisions(session, survey, code, query)
    return page.map(RevisionRead.model_validate)


@router.get("/{survey_id}/validation", responses=problem_responses(NotFound))
async def validate_response(
    caller: CtedCommitteeOrState, session: ReadSession, survey_id: UUID
) -> Validation:
    """Every problem that keeps the response from being submitted, all at once."""
    return await drafting.validate(session, await read_visible(session, caller, Survey, survey_id))


@router.post(
    "/{survey_id}/submission", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def submit_response(
    caller: CtedOrState,
    work: WriteSession,
    survey_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> SurveyRead:
    """Submit the State's response; every required question that it is shown needs an answer."""
    survey = await service.submit(work, caller, survey_id, version)
    set_etag(response, survey.version)
    return await _with_progress(work.session, caller, survey)


@router.post(
    "/{survey_id}/clarification-request",
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def request_clarification(
    caller: CtedCaller,
    work: WriteSession,
    survey_id: UUID,
    version: OptionalVersion,
    wanted: ClarificationRequest,
) -> SurveyStepRead:
    """Return a submitted response to the State, with what is to be clarified."""
    step = await service.return_for_clarification(work, caller, survey_id, version, wanted)
    return SurveyStepRead.model_validate(step)


@router.post(
    "/{survey_id}/acceptance", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def accept_response(
    caller: CtedCaller,
    work: WriteSession,
    survey_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> SurveyRead:
    """Accept a submitted response: it can be assessed."""
    survey = await service.accept(work, caller, survey_id, version)
    set_etag(response, survey.version)
    return await _with_progress(work.session, caller, survey)


@exported(router)
@router.get("/{survey_id}/steps", responses=problem_responses(NotFound))
async def list_survey_steps(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    survey_id: UUID,
    query: Annotated[HistoryQuery, Query()],
) -> Page[SurveyStepRead]:
    """How a survey came to where it is: issue, submission, clarification, acceptance."""
    page = await service.list_steps(session, caller, survey_id, query)
    return page.map(SurveyStepRead.model_validate)


async def _with_progress(session: AsyncSession, caller: Caller, survey: Survey) -> SurveyRead:
    sections = await drafting.progress_of(session, caller, survey)
    return SurveyRead(**_summary(caller, survey).model_dump(), sections=sections)


def _summary(caller: Caller, survey: Survey) -> SurveySummary:
    summary = SurveySummary.model_validate(survey)
    if not caller.may_see_confidential_of(survey.member_state):
        summary.carried_from = None  # the earlier round may be confidential
    return summary
