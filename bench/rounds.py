"""Rounds of assessments of all Member States, made by the service's own models and rules."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from services.assessment.assessments.models import Assessment, AssessmentStatus, Audience
from services.assessment.assessments.rules import Scored, implementation_scores, scored_questions
from services.assessment.assessments.scoring import keep_scores
from services.assessment.instruments.models import Instrument
from services.assessment.instruments.rules import Question, questions_of
from services.assessment.instruments.schemas import InstrumentDraft, sections_of
from services.assessment.instruments.service import draft
from services.assessment.surveys.models import Survey, SurveySection, SurveyStatus
from shared.clock import SystemClock
from shared.database import UnitOfWork
from shared.reference import member_states, themes

_SHARE_UNANSWERED = 0.05
_SHARE_CONFIDENTIAL = 0.01
_SHARE_CONFIDENTIAL_SURVEYS = 0.05
_EVERY_NTH_DEPENDS = 10
_WORDS = ("yes", "partial", "no", "not_applicable")
_ODDS = (45, 25, 27, 3)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question that counts in one assessment, as an analyst would load it."""

    assessment: str
    theme: str
    weight: int
    value: float | None


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was made, for baselines to work on."""

    assessments: list[tuple[str, str, date]]
    """Id, Member State and date of completion."""
    answers: list[AnswerRow]
    scores: int
    """Rows of scores, of all dimensions and both audiences."""


def instrument(questions: int) -> InstrumentDraft:
    """One section for each theme; every tenth question is shown only if the one before is met."""
    catalogue = [*themes().values()]
    asked: list[dict[str, Any]] = []
    for n in range(questions):
        theme = catalogue[n * len(catalogue) // questions]
        depends = n % _EVERY_NTH_DEPENDS == _EVERY_NTH_DEPENDS - 1
        asked.append(
            {
                "code": f"Q-{n}",
                "text": f"Is measure {n} in place?",
                "theme": theme.code,
                "provisions": [
                    {
                        "resolution": theme.resolutions[n % len(theme.resolutions)],
                        "paragraph": f"{n % 8 + 1}",
                    }
                ],
                "weight": n % 5 + 1,
                "shown_if": {"question": f"Q-{n - 1}", "is_any_of": ["yes", "partial"]}
                if depends
                else None,
            }
        )
    sections = [
        {"code": code, "title": code, "questions": [*group]}
        for code, group in groupby(asked, key=lambda question: question["theme"])
    ]
    return InstrumentDraft.model_validate(
        {
            "code": "bench",
            "title": "An instrument of the benchmark",
            "tool": "overview_of_implementation_assessment",
            "sections": sections,
        }
    )


async def make_rounds(database_url: str, questions: int, years: range) -> Rounds:
    """Every Member State's answers and scores in each of the years, in the service's tables."""
    engine = create_async_engine(database_url)
    chance = random.Random(1373)
    made = Rounds([], [], 0)
    rows = 0
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        work = UnitOfWork(session, SystemClock(), "assessment")
        asked = await draft(work, instrument(questions))
        for year in years:
            for state in member_states():
                rows += await _assess(work, asked, state, date(year, 6, 1), chance, made)
            await work.commit()
            session.expunge_all()
    await engine.dispose()
    return Rounds(made.assessments, made.answers, rows)


async def _assess(
    work: UnitOfWork,
    asked: Instrument,
    state: str,
    completed_on: date,
    chance: random.Random,
    made: Rounds,
) -> int:
    sections = sections_of(asked)
    questions = questions_of(sections)
    answers = _answers(questions, chance)
    values = {code: answer["value"] for code, answer in answers.items()}
    withheld = [code for code, answer in answers.items() if "confidential" in answer]
    counted = scored_questions(questions, values)
    scores = {
        Audience.ALL: implementation_scores(counted),
        Audience.OPEN: implementation_scores(scored_questions(questions, values, withheld)),
    }
    whole, told = scores.values()
    assert whole is not None and told is not None and told.overall.score is not None  # noqa: PT018
    confidential = chance.random() < _SHARE_CONFIDENTIAL_SURVEYS
    about = {"member_state": state, "confidential": confidential}
    survey = Survey(
        **about,
        instrument_id=asked.id,
        due_on=completed_on,
        submitted_on=completed_on,
        status=SurveyStatus.ASSESSED,
    )
    await work.save(survey)
    assessment = Assessment(
        **about,
        survey_id=survey.id,
        status=AssessmentStatus.COMPLETED,
        assessors=["bench"],
        opened_on=completed_on,
        completed_on=completed_on,
        summary="As answered.",
    )
    await work.save(
        assessment,
        *(
            SurveySection(
                survey_id=survey.id,
                code=section.code,
                answers={q.code: answers[q.code] for q in section.questions if q.code in answers},
            )
            for section in sections
        ),
    )
    await keep_scores(work, assessment.id, scores)
    made.assessments.append((str(assessment.id), state, completed_on))
    made.answers.extend(_as_rows(str(assessment.id), counted))
    return sum(
        1 + len(found.by_theme) + len(found.by_resolution) + len(found.by_provision)
        for found in (whole, told)
    )


def _answers(questions: list[Question], chance: random.Random) -> Mapping[str, dict[str, Any]]:
    given: dict[str, dict[str, Any]] = {}
    for question in questions:
        if chance.random() >= _SHARE_UNANSWERED:
            (word,) = chance.choices(_WORDS, _ODDS)
            given[question.code] = {"value": word}
            if chance.random() < _SHARE_CONFIDENTIAL:
                given[question.code]["confidential"] = True
    return given


def _as_rows(assessment: str, counted: list[Scored]) -> list[AnswerRow]:
    return [
        AnswerRow(assessment, entry.question.theme, entry.question.weight, entry.value)
        for entry in counted
    ]
