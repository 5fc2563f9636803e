"""The base instrument is whole, broad, and says plainly that it is illustrative."""

from collections import Counter

from services.assessment.instruments.base import base_instrument
from services.assessment.instruments.models import Tag
from services.assessment.instruments.rules import (
    QuestionKind,
    instrument_faults,
    questions_of,
    shown_questions,
)
from services.assessment.instruments.schemas import as_sections
from shared.reference import themes

SECTIONS = as_sections(base_instrument())
QUESTIONS = questions_of(SECTIONS)


def test_it_has_no_fault() -> None:
    assert instrument_faults(SECTIONS) == []


def test_it_asks_about_every_theme_and_the_resolutions_that_the_theme_rests_on() -> None:
    asked = Counter(question.theme for question in QUESTIONS)
    assert len(QUESTIONS) >= 120
    assert asked.keys() == themes().keys()
    assert min(asked.values()) >= 6
    covered = {provision.resolution for q in QUESTIONS for provision in q.provisions}
    assert {number for theme in themes().values() for number in theme.resolutions} <= covered


def test_it_uses_every_kind_of_question_and_every_tag() -> None:
    assert {question.kind for question in QUESTIONS} == set(QuestionKind)
    assert {tag for question in QUESTIONS for tag in question.tags} == set(Tag)


def test_its_conditions_hide_questions_until_they_are_met() -> None:
    hidden = {question.code for question in QUESTIONS if question.shown_if}
    assert hidden
    assert not hidden & {question.code for question in shown_questions(QUESTIONS, {})}
    everything = dict.fromkeys((question.code for question in QUESTIONS), "yes")
    assert len(shown_questions(QUESTIONS, everything)) == len(QUESTIONS)


def test_it_is_marked_as_illustrative() -> None:
    notice = base_instrument().notice or ""
    assert notice.startswith("Illustrative")
    assert "not the text of the Executive Directorate" in notice
