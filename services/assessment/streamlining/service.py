"""Gathers the responses to an instrument and reports on its questions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.instruments import service as instruments
from services.assessment.instruments.models import Instrument, InstrumentStatus
from services.assessment.instruments.rules import Question, questions_of
from services.assessment.instruments.schemas import sections_of
from services.assessment.streamlining.responses import response_of
from services.assessment.streamlining.rules import streamlining
from services.assessment.streamlining.schemas import StreamliningQuery, StreamliningRead
from services.assessment.surveys.drafting import values_of
from services.assessment.surveys.models import Survey, SurveySection
from services.assessment.surveys.service import ANSWERED
from shared.auth import Caller
from shared.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class _Answered:
    """A State's response as it is stored."""

    member_state: str
    instrument_id: UUID
    answers: dict[str, Mapping[str, Any]]


async def report(
    session: AsyncSession, caller: Caller, instrument_id: UUID, query: StreamliningQuery
) -> StreamliningRead:
    """Which questions of the instrument add least, by the States' last responses."""
    instrument = await instruments.read(session, caller, instrument_id)
    editions = [instrument]
    if query.earlier_editions:
        editions += await _earlier_editions(session, instrument)
    answered = await _answered(session, editions)
    await session.close()  # no connection waits for the arithmetic
    # Seconds of arithmetic for a long instrument: not on the event loop.
    return await asyncio.to_thread(_report, editions, answered, query)


async def _earlier_editions(session: AsyncSession, instrument: Instrument) -> Sequence[Instrument]:
    statement = select(Instrument).where(
        Instrument.code == instrument.code, Instrument.status == InstrumentStatus.PUBLISHED
    )
    if instrument.edition is not None:
        statement = statement.where(Instrument.edition < instrument.edition)
    return (await session.scalars(statement)).all()


async def _answered(session: AsyncSession, editions: Sequence[Instrument]) -> list[_Answered]:
    """The last response of each State to the latest edition that it answered."""
    latest = (
        select(Survey.id, Survey.member_state, Survey.instrument_id)
        .join(Instrument, Instrument.id == Survey.instrument_id)
        .where(
            Survey.instrument_id.in_([edition.id for edition in editions]),
            Survey.status.in_(ANSWERED),
        )
        .distinct(Survey.member_state)
        .order_by(
            Survey.member_state,
            Instrument.edition.desc(),
            Survey.submitted_on.desc(),
            Survey.id.desc(),
        )
        .subquery()
    )
    found: dict[UUID, _Answered] = {}
    rows = await session.execute(
        select(latest, SurveySection.answers)
        .join(SurveySection, SurveySection.survey_id == latest.c.id)
        .order_by(latest.c.member_state)
    )
    for survey_id, member_state, instrument_id, answers in rows:
        response = found.setdefault(survey_id, _Answered(member_state, instrument_id, {}))
        response.answers.update(answers)
    return [*found.values()]


def _report(
    editions: Sequence[Instrument], answered: Sequence[_Answered], query: StreamliningQuery
) -> StreamliningRead:
    asked = {edition.id: questions_of(sections_of(edition)) for edition in editions}
    questions = asked[editions[0].id]
    _require_known(questions, query.drop)
    report = streamlining(
        questions,
        [
            response_of(
                response.member_state,
                asked[response.instrument_id],
                values_of(response.answers),
                questions,
            )
            for response in answered
        ],
        query.drop,
    )
    return StreamliningRead.model_validate(report, from_attributes=True)


def _require_known(questions: Sequence[Question], codes: Sequence[str]) -> None:
    known = {question.code for question in questions}
    if unknown := {i: code for i, code in enumerate(codes) if code not in known}:
        raise Invalid(
            f"The instrument does not ask {len(unknown)} of these questions.",
            errors=[
                FieldError(field=f"query.drop.{i}", message=f"There is no question {code}.")
                for i, code in unknown.items()
            ],
        )
