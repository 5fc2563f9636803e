"""Issues surveys and takes responses."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.events import ResponseSubmitted, SurveyIssued
from services.assessment.instruments.models import Instrument
from services.assessment.surveys.models import Survey, SurveyStatus
from services.assessment.surveys.rules import FREE_STEPS, unanswered, unknown_codes
from services.assessment.surveys.schemas import Answers, SurveyCreate, SurveyQuery
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import FieldError, Invalid, require_step


async def issue(work: UnitOfWork, wanted: SurveyCreate) -> Survey:
    """Issue the instrument to the State."""
    today = work.clock.today()
    if wanted.due_on <= today:
        raise Invalid.of_field("body.due_on", f"Give a date after today, {today}.")
    instrument = await work.session.get(Instrument, wanted.instrument_id)
    if instrument is None:
        raise Invalid.of_field("body.instrument_id", "No such instrument; see /v1/instruments.")
    survey = Survey(**wanted.model_dump(), status=SurveyStatus.ISSUED, answers={})
    await work.save(survey)
    work.publish(
        SurveyIssued(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            instrument=f"{instrument.code} edition {instrument.edition}",
            due_on=survey.due_on,
        )
    )
    return survey


async def save_answers(
    work: UnitOfWork, caller: Caller, survey_id: UUID, version: int | None, given: Answers
) -> Survey:
    """Save answers to a survey that is not yet submitted."""
    survey = await work.get(Survey, survey_id, version=version, locked=True)
    caller.require_state(survey.member_state)
    require_step("survey", survey.status, SurveyStatus.SUBMITTED, FREE_STEPS)
    codes = await _question_codes(work, survey)
    if unknown := unknown_codes(given.answers, codes):
        raise Invalid(
            "The instrument does not ask these questions.",
            errors=[
                FieldError(field=f"body.answers.{code}", message="No such question; leave it out.")
                for code in unknown
            ],
        )
    survey.answers = {**survey.answers, **given.answers}
    await work.save(survey)
    return survey


async def submit(work: UnitOfWork, caller: Caller, survey_id: UUID, version: int | None) -> Survey:
    """Submit the response; from then on it does not change."""
    survey = await work.get(Survey, survey_id, version=version, locked=True)
    caller.require_state(survey.member_state)
    require_step("survey", survey.status, SurveyStatus.SUBMITTED, FREE_STEPS)
    if missing := unanswered(survey.answers, await _question_codes(work, survey)):
        raise Invalid(
            f"{len(missing)} questions have no answer.",
            errors=[
                FieldError(field=f"answers.{code}", message="Answer it, or with not_applicable.")
                for code in missing
            ],
        )
    survey.status = SurveyStatus.SUBMITTED
    survey.submitted_on = work.clock.today()
    await work.save(survey)
    work.publish(
        ResponseSubmitted(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            submitted_on=survey.submitted_on,
        )
    )
    return survey


async def list_surveys(
    session: AsyncSession, caller: Caller, query: SurveyQuery
) -> RecordPage[Survey]:
    """The surveys that match the query and that the caller may see."""
    statement = visible_to(caller, select(Survey), Survey)
    if query.member_state:
        statement = statement.where(Survey.member_state == query.member_state)
    if query.status:
        statement = statement.where(Survey.status == query.status)
    sortable = {"due_on": Survey.due_on, "created_at": Survey.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Survey.id)


async def _question_codes(work: UnitOfWork, survey: Survey) -> list[str]:
    instrument = await work.get(Instrument, survey.instrument_id)
    return [str(question["code"]) for question in instrument.questions]
