"""Issues surveys and carries each response to its acceptance."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.confidentiality.models import Action, ConfidentialityRequest, Subject
from services.assessment.events import (
    ResponseAccepted,
    ResponseReturned,
    ResponseSubmitted,
    SurveyDueChanged,
    SurveyIssued,
)
from services.assessment.evidence.service import follow_confidentiality
from services.assessment.instruments.models import Instrument, InstrumentStatus
from services.assessment.instruments.rules import Section, questions_of
from services.assessment.instruments.service import sections_by_id
from services.assessment.surveys import drafting
from services.assessment.surveys.models import Survey, SurveySection, SurveyStatus, SurveyStep
from services.assessment.surveys.rules import FREE_STEPS, carried_forward, unanswered
from services.assessment.surveys.schemas import (
    ClarificationRequest,
    SurveyCreate,
    SurveyQuery,
    SurveyUpdate,
)
from shared.auth import Caller, Role
from shared.database import (
    HistoryQuery,
    RecordPage,
    UnitOfWork,
    paginate,
    read_visible,
    visible_to,
)
from shared.errors import Conflict, FieldError, Invalid, NotFound, require_step

ANSWERED = (SurveyStatus.SUBMITTED, SurveyStatus.ACCEPTED, SurveyStatus.ASSESSED)
"""Where a survey is once its response is the State's word."""


async def issue(work: UnitOfWork, caller: Caller, wanted: SurveyCreate) -> Survey:
    """Issue the instrument to the State, with its earlier answers where that is wanted."""
    faults = _past(work, wanted.due_on)
    instrument = await work.session.get(Instrument, wanted.instrument_id)
    if instrument is None or instrument.status is not InstrumentStatus.PUBLISHED:
        message = "No such published instrument; see /v1/instruments."
        faults.append(FieldError(field="body.instrument_id", message=message))
    if instrument is None or faults:
        raise Invalid("Nothing was issued; correct these and send again.", errors=faults)
    sections = await sections_by_id(work.session, instrument.id)
    survey = Survey(**wanted.model_dump(exclude={"carry_forward"}), status=SurveyStatus.ISSUED)
    carried: dict[str, dict[str, object]] = {}
    if wanted.carry_forward:
        survey.carried_from, carried = await _earlier_answers(work, wanted.member_state, sections)
    await work.save(survey)
    await work.save(
        *(
            SurveySection(
                survey_id=survey.id,
                code=section.code,
                answers={
                    question.code: carried[question.code]
                    for question in section.questions
                    if question.code in carried
                },
            )
            for section in sections
        )
    )
    if survey.confidential:
        await work.save(
            ConfidentialityRequest(
                member_state=survey.member_state,
                confidential=True,
                subject=Subject.SURVEY,
                subject_id=survey.id,
                questions=[],
                action=Action.PLACE,
                reason="Asked for when the survey was issued.",
                requested_on=work.clock.today(),
                requested_by=caller.subject,
            )
        )
    await _record_step(work, caller, survey, None, "Issued to the State.")
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


async def change_due_date(
    work: UnitOfWork, caller: Caller, survey_id: UUID, version: int | None, wanted: SurveyUpdate
) -> Survey:
    """Give the State another date, while it has not submitted."""
    survey = await work.get(Survey, survey_id, version=version, locked=True)
    if survey.status is not SurveyStatus.ISSUED:
        raise Conflict(f"The survey is {survey.status}: only what is not submitted has a due date.")
    if faults := _past(work, wanted.due_on):
        raise Invalid(faults[0].message, errors=faults)
    survey.due_on = wanted.due_on
    await work.save(survey)
    await _record_step(work, caller, survey, survey.status, wanted.reason)
    work.publish(
        SurveyDueChanged(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            due_on=survey.due_on,
        )
    )
    return survey


async def submit(work: UnitOfWork, caller: Caller, survey_id: UUID, version: int | None) -> Survey:
    """Submit the response; from then on it changes only if it is returned."""
    survey = await read_visible(
        work.session, caller, Survey, survey_id, version=version, locked=True
    )
    require_step("survey", survey.status, SurveyStatus.SUBMITTED, FREE_STEPS)
    sections = await sections_by_id(work.session, survey.instrument_id)
    answers = await drafting.answers_of(work.session, survey)
    if missing := unanswered(questions_of(sections), drafting.values_of(answers)):
        raise Invalid(
            f"{len(missing)} questions have no answer.",
            errors=[
                FieldError(field=f"answers.{fault.question}", message=fault.message)
                for fault in missing
            ],
        )
    await follow_confidentiality(work, survey)
    clarified = await _open_clarification(work, survey)
    survey.submitted_on = work.clock.today()
    await _take(work, caller, survey, SurveyStatus.SUBMITTED, None)
    work.publish(
        ResponseSubmitted(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            clarification_id=clarified.id if clarified else None,
            submitted_on=survey.submitted_on,
        )
    )
    return survey


async def return_for_clarification(
    work: UnitOfWork,
    caller: Caller,
    survey_id: UUID,
    version: int | None,
    wanted: ClarificationRequest,
) -> SurveyStep:
    """Give the response back to the State, with what is unclear."""
    survey = await work.get(Survey, survey_id, version=version, locked=True)
    require_step("survey", survey.status, SurveyStatus.RETURNED, FREE_STEPS)
    sections = await sections_by_id(work.session, survey.instrument_id)
    known = {question.code for question in questions_of(sections)}
    faults = [
        FieldError(field=f"body.questions.{place}", message=f"There is no question {code}.")
        for place, code in enumerate(wanted.questions)
        if code not in known
    ]
    if faults := faults + _past(work, wanted.due_on):
        raise Invalid("Nothing was returned; correct these and send again.", errors=faults)
    answers = await drafting.answers_of(work.session, survey)
    survey.due_on = wanted.due_on
    step = await _take(work, caller, survey, SurveyStatus.RETURNED, wanted.reason, wanted.questions)
    work.publish(
        ResponseReturned(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            clarification_id=step.id,
            reason=""
            if drafting.confidential_of(answers)
            else wanted.reason,  # it may tell of them
            due_on=survey.due_on,
        )
    )
    return step


async def accept(work: UnitOfWork, caller: Caller, survey_id: UUID, version: int | None) -> Survey:
    """Take the response as it is: it can be assessed."""
    survey = await work.get(Survey, survey_id, version=version, locked=True)
    await _take(work, caller, survey, SurveyStatus.ACCEPTED, None)
    work.publish(
        ResponseAccepted(
            member_state=survey.member_state,
            confidential=survey.confidential,
            survey_id=survey.id,
            accepted_on=work.clock.today(),
        )
    )
    return survey


async def mark_assessed(work: UnitOfWork, caller: Caller, survey: Survey) -> None:
    """The assessment of the response, which the caller has locked, is complete."""
    await _take(work, caller, survey, SurveyStatus.ASSESSED, None)


async def list_surveys(
    session: AsyncSession, caller: Caller, query: SurveyQuery
) -> RecordPage[Survey]:
    """The surveys that match the query and that the caller may see."""
    statement = _readable(caller)
    if query.member_state:
        statement = statement.where(Survey.member_state == query.member_state)
    if query.status:
        statement = statement.where(Survey.status == query.status)
    if query.instrument_id:
        statement = statement.where(Survey.instrument_id == query.instrument_id)
    if query.due_until:
        statement = statement.where(Survey.due_on <= query.due_until)
    sortable = {"due_on": Survey.due_on, "created_at": Survey.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Survey.id)


async def read(session: AsyncSession, caller: Caller, survey_id: UUID) -> Survey:
    """The survey, if the caller may see it."""
    survey = await session.scalar(_readable(caller).where(Survey.id == survey_id))
    if survey is None:
        raise NotFound.record("Survey", survey_id)
    return survey


async def list_steps(
    session: AsyncSession, caller: Caller, survey_id: UUID, query: HistoryQuery
) -> RecordPage[SurveyStep]:
    """How the survey came to where it is."""
    await read(session, caller, survey_id)
    statement = select(SurveyStep).where(SurveyStep.survey_id == survey_id)
    sortable = {"created_at": SurveyStep.created_at}
    return await paginate(session, statement, query, query.sort, sortable, SurveyStep.id)


def _readable(caller: Caller) -> Select[Survey]:
    """Others than CTED, the Committee and the State see what is assessed and open (¶23)."""
    statement = visible_to(caller, select(Survey), Survey)
    if caller.is_cted_or_committee or caller.has_any(Role.MEMBER_STATE):
        return statement
    return statement.where(Survey.status == SurveyStatus.ASSESSED)


async def _earlier_answers(
    work: UnitOfWork, member_state: str, sections: Sequence[Section]
) -> tuple[UUID | None, dict[str, dict[str, object]]]:
    """What the State answered in its last round to what is asked again."""
    earlier = await work.session.scalar(
        select(Survey)
        .where(Survey.member_state == member_state, Survey.status.in_(ANSWERED))
        .order_by(Survey.submitted_on.desc(), Survey.id.desc())
        .limit(1)
    )
    if earlier is None:
        return None, {}
    before = await sections_by_id(work.session, earlier.instrument_id)
    answers = await drafting.answers_of(work.session, earlier)
    values = carried_forward(
        questions_of(before),
        drafting.values_of(answers),
        questions_of(sections),
    )
    kept = {"confidential": True} if earlier.confidential else {}
    return earlier.id, {
        code: {**answers[code], **kept, "carried_from": str(earlier.id)} for code in values
    }


async def _open_clarification(work: UnitOfWork, survey: Survey) -> SurveyStep | None:
    if survey.status is not SurveyStatus.RETURNED:
        return None
    step: SurveyStep | None = await work.session.scalar(
        select(SurveyStep)
        .where(SurveyStep.survey_id == survey.id, SurveyStep.status == SurveyStatus.RETURNED)
        .order_by(SurveyStep.id.desc())
        .limit(1)
    )
    return step


async def _take(
    work: UnitOfWork,
    caller: Caller,
    survey: Survey,
    status: SurveyStatus,
    reason: str | None,
    questions: list[str] | None = None,
) -> SurveyStep:
    require_step("survey", survey.status, status, FREE_STEPS)
    previous, survey.status = survey.status, status
    await work.save(survey)
    return await _record_step(work, caller, survey, previous, reason, questions)


async def _record_step(
    work: UnitOfWork,
    caller: Caller,
    survey: Survey,
    previous: SurveyStatus | None,
    reason: str | None,
    questions: list[str] | None = None,
) -> SurveyStep:
    step = SurveyStep(
        survey_id=survey.id,
        previous=previous,
        status=survey.status,
        reason=reason,
        questions=questions or [],
        due_on=survey.due_on,
        taken_on=work.clock.today(),
        taken_by=caller.subject,
    )
    await work.save(step)
    return step


def _past(work: UnitOfWork, due_on: date) -> list[FieldError]:
    """The fault of a date that is not to come, if it is one."""
    today = work.clock.today()
    if due_on > today:
        return []
    return [FieldError(field="body.due_on", message=f"Give a date after today, {today}.")]
