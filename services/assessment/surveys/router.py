"""Surveys and responses over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.surveys import service
from services.assessment.surveys.models import Survey
from services.assessment.surveys.schemas import Answers, SurveyCreate, SurveyQuery, SurveyRead
from shared.auth import CtedCaller, CtedCommitteeOrState, CtedOrState
from shared.database import (
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

router = APIRouter(prefix="/v1/surveys", tags=["surveys"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=problem_responses(Conflict))
async def issue_survey(
    caller: CtedCaller, work: WriteSession, wanted: SurveyCreate, response: Response
) -> SurveyRead:
    """Issue an instrument to a State (¶5)."""
    survey = await service.issue(work, wanted)
    created(response, f"/v1/surveys/{survey.id}", survey.version)
    return SurveyRead.model_validate(survey)


@router.get("", responses=problem_responses())
async def list_surveys(
    caller: CtedCommitteeOrState, session: ReadSession, query: Annotated[SurveyQuery, Query()]
) -> Page[SurveyRead]:
    """Surveys; a State sees its own."""
    return (await service.list_surveys(session, caller, query)).map(SurveyRead.model_validate)


@router.get("/{survey_id}", responses=problem_responses(NotFound))
async def read_survey(
    caller: CtedCommitteeOrState, session: ReadSession, survey_id: UUID, response: Response
) -> SurveyRead:
    """One survey with its answers."""
    survey = await read_visible(session, caller, Survey, survey_id)
    set_etag(response, survey.version)
    return SurveyRead.model_validate(survey)


@router.patch(
    "/{survey_id}/answers", responses=problem_responses(NotFound, Conflict, PreconditionFailed)
)
async def save_answers(
    caller: CtedOrState,
    work: WriteSession,
    survey_id: UUID,
    version: RequiredVersion,
    given: Answers,
    response: Response,
) -> SurveyRead:
    """Save answers of a draft response, section by section."""
    survey = await service.save_answers(work, caller, survey_id, version, given)
    set_etag(response, survey.version)
    return SurveyRead.model_validate(survey)


@router.post("/{survey_id}/submission", responses=problem_responses(NotFound, Conflict))
async def submit_response(
    caller: CtedOrState,
    work: WriteSession,
    survey_id: UUID,
    version: OptionalVersion,
    response: Response,
) -> SurveyRead:
    """Submit the State's response; every question needs an answer."""
    survey = await service.submit(work, caller, survey_id, version)
    set_etag(response, survey.version)
    return SurveyRead.model_validate(survey)
