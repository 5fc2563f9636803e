"""Saves and reads answers, section by section."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.instruments.rules import (
    AnswerValue,
    Section,
    questions_of,
    shown_questions,
)
from services.assessment.instruments.service import sections_by_id
from services.assessment.surveys.models import SectionRevision, Survey, SurveySection, SurveyStatus
from services.assessment.surveys.rules import FREE_STEPS, answer_faults, unanswered
from services.assessment.surveys.schemas import (
    AnswerGiven,
    AnswerRead,
    Answers,
    ResponseProblem,
    SectionProgress,
    SectionRead,
    Validation,
)
from shared.auth import Caller
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, FieldError, Invalid, NotFound

StoredAnswers = Mapping[str, Mapping[str, Any]]
"""By question: `value`, `comment`, `confidential` and `carried_from`."""


async def save_section(
    work: UnitOfWork,
    caller: Caller,
    survey_id: UUID,
    code: str,
    version: int | None,
    given: Answers,
) -> SectionRead:
    """Save answers to a section of a survey that is with the State, if all of them can be kept."""
    # Shared: sections are saved side by side, while a submission waits for every one of them.
    survey = await work.session.scalar(
        visible_to(caller, select(Survey), Survey)
        .where(Survey.id == survey_id)
        .with_for_update(read=True)
    )
    if survey is None:
        raise NotFound.record("Survey", survey_id)
    require_open(survey)
    section = await _section_of(work.session, survey, code)
    saved = await work.session.scalar(_saved(survey_id, code).with_for_update())
    assert saved is not None  # noqa: S101 - each section is there from the survey's issue
    saved.check_version(version)
    _refuse_faults(section, given)
    after = {**saved.answers}
    changes = []
    for question, answer in given.answers.items():
        became = None if answer is None else _as_stored(answer, after.get(question))
        if became != after.get(question):
            changes.append({"question": question, "before": after.get(question), "after": became})
        if became is None:
            after.pop(question, None)
        else:
            after[question] = became
    await _save_changes(work, caller, saved, after, changes)
    return _as_read(survey, section, saved, saved.answers, of_draft=True)


def require_open(survey: Survey) -> None:
    """Refuse a change to a response that is not with the State.

    Raises:
        Conflict: the response is submitted, or further on.
    """
    if SurveyStatus.SUBMITTED not in FREE_STEPS[survey.status]:
        raise Conflict(
            f"The survey is {survey.status}: its answers and evidence change only while it is "
            "issued, or returned for clarification."
        )


async def mark_confidential(
    work: UnitOfWork, caller: Caller, survey: Survey, questions: list[str], *, confidential: bool
) -> None:
    """Mark answers as confidential, or no longer; all of them, or none (¶23).

    Raises:
        Invalid: some of the questions are not answered, or are marked so already.
    """
    sections = await work.session.scalars(
        select(SurveySection)
        .where(SurveySection.survey_id == survey.id)
        .order_by(SurveySection.id)
        .with_for_update()
    )
    waiting = dict.fromkeys(questions)
    for section in sections:
        after = {**section.answers}
        changes = []
        for code in [code for code in waiting if code in after]:
            before = after[code]
            if bool(before.get("confidential")) != confidential:
                after[code] = {**before, "confidential": confidential}
                changes.append({"question": code, "before": before, "after": after[code]})
                del waiting[code]
        await _save_changes(work, caller, section, after, changes)
    if waiting:
        state = "already" if confidential else "not"
        raise Invalid(
            f"{len(waiting)} answers cannot be marked; none was.",
            errors=[
                FieldError(
                    field="body.questions",
                    message=f"{code} is not answered, or {state} confidential; leave it out.",
                )
                for code in waiting
            ],
        )


async def read_section(
    session: AsyncSession, caller: Caller, survey: Survey, code: str
) -> SectionRead:
    """The section with the answers that the caller may see."""
    section = await _section_of(session, survey, code)
    saved = await session.scalar(_saved(survey.id, code))
    assert saved is not None  # noqa: S101 - each section is there from the survey's issue
    if caller.may_see_confidential_of(survey.member_state):
        return _as_read(survey, section, saved, saved.answers, of_draft=True)
    answers = await answers_of(session, survey)
    questions = questions_of(await sections_by_id(session, survey.instrument_id))
    shown = shown_questions(questions, values_of(answers), confidential_of(answers))
    seen = {question.code for question in shown} & saved.answers.keys()
    return _as_read(
        survey,
        section,
        saved,
        {
            code: {**answer, "carried_from": None}
            for code, answer in saved.answers.items()
            if code in seen
        },
        of_draft=False,
    )


async def progress_of(
    session: AsyncSession, caller: Caller, survey: Survey
) -> list[SectionProgress]:
    """How far each section is answered, as the caller may see it."""
    sections = await sections_by_id(session, survey.instrument_id)
    saved = {
        section.code: section
        for section in await session.scalars(
            select(SurveySection).where(SurveySection.survey_id == survey.id)
        )
    }
    answers = _merged(saved.values())
    sees_all = caller.may_see_confidential_of(survey.member_state)
    withheld = [] if sees_all else confidential_of(answers)
    shown = {
        question.code
        for question in shown_questions(questions_of(sections), values_of(answers), withheld)
    }
    progress = []
    for section in sections:
        codes = [question.code for question in section.questions if question.code in shown]
        answered = [answers[code] for code in codes if code in answers]
        progress.append(
            SectionProgress(
                code=section.code,
                title=section.title,
                version=saved[section.code].version if sees_all else None,
                shown=len(codes),
                answered=len(answered),
                carried_forward=sum(1 for answer in answered if answer.get("carried_from"))
                if sees_all
                else None,
            )
        )
    return progress


async def validate(session: AsyncSession, survey: Survey) -> Validation:
    """Every problem of the response as it is now, in the instrument's order."""
    sections = await sections_by_id(session, survey.instrument_id)
    answers = values_of(await answers_of(session, survey))
    section_of = {
        question.code: section.code for section in sections for question in section.questions
    }
    problems = [
        ResponseProblem(
            section=section_of[fault.question], question=fault.question, message=fault.message
        )
        for fault in unanswered(questions_of(sections), answers)
    ]
    may = not problems and SurveyStatus.SUBMITTED in FREE_STEPS[survey.status]
    return Validation(may_be_submitted=may, problems=problems)


async def list_revisions(
    session: AsyncSession, survey: Survey, code: str, query: HistoryQuery
) -> RecordPage[SectionRevision]:
    """Every saving of the section."""
    await _section_of(session, survey, code)
    statement = (
        select(SectionRevision)
        .join(SurveySection, SurveySection.id == SectionRevision.section_id)
        .where(SurveySection.survey_id == survey.id, SurveySection.code == code)
    )
    sortable = {"created_at": SectionRevision.created_at}
    return await paginate(session, statement, query, query.sort, sortable, SectionRevision.id)


async def answers_of(session: AsyncSession, survey: Survey) -> dict[str, Mapping[str, Any]]:
    """All answers of the response, by question."""
    return _merged(
        await session.scalars(select(SurveySection).where(SurveySection.survey_id == survey.id))
    )


def values_of(answers: StoredAnswers) -> dict[str, AnswerValue]:
    """What each question is answered with."""
    return {code: answer["value"] for code, answer in answers.items()}


def confidential_of(answers: StoredAnswers) -> list[str]:
    """The questions whose answers the State keeps confidential."""
    return [code for code, answer in answers.items() if answer.get("confidential")]


def _merged(sections: Iterable[SurveySection]) -> dict[str, Mapping[str, Any]]:
    return {code: answer for section in sections for code, answer in section.answers.items()}


def _as_stored(answer: AnswerGiven, before: Mapping[str, Any] | None) -> dict[str, Any]:
    stored = answer.model_dump(mode="json", exclude_defaults=True)
    if answer.confidential is None and before is not None and before.get("confidential"):
        stored["confidential"] = True
    return stored


async def _save_changes(
    work: UnitOfWork,
    caller: Caller,
    section: SurveySection,
    after: dict[str, Any],
    changes: list[dict[str, Any]],
) -> None:
    """Keep the section's new answers, and what changed, if anything did."""
    if not changes:
        return
    section.answers = after
    await work.save(section)
    await work.save(
        SectionRevision(
            section_id=section.id,
            section_version=section.version,
            changes=changes,
            saved_by=caller.subject,
        )
    )


def _saved(survey_id: UUID, code: str) -> Select[SurveySection]:
    return select(SurveySection).where(
        SurveySection.survey_id == survey_id, SurveySection.code == code
    )


async def _section_of(session: AsyncSession, survey: Survey, code: str) -> Section:
    for section in await sections_by_id(session, survey.instrument_id):
        if section.code == code:
            return section
    raise NotFound(f"The instrument has no section {code}.")


def _refuse_faults(section: Section, given: Answers) -> None:
    values = {code: answer.value for code, answer in given.answers.items() if answer is not None}
    if faults := answer_faults(section.questions, values):
        raise Invalid(
            f"{len(faults)} answers cannot be saved; none was.",
            errors=[
                FieldError(field=f"body.answers.{fault.question}", message=fault.message)
                for fault in faults
            ],
        )


def _as_read(
    survey: Survey,
    section: Section,
    saved: SurveySection,
    answers: StoredAnswers,
    *,
    of_draft: bool,
) -> SectionRead:
    return SectionRead(
        survey_id=survey.id,
        version=saved.version if of_draft else None,
        code=section.code,
        title=section.title,
        answers={code: AnswerRead.model_validate(answer) for code, answer in answers.items()},
        updated_at=saved.updated_at if of_draft else None,
    )
