"""Forms made by others: what can be kept is kept, and the rest is named by row and column."""

import time
from io import BytesIO

import pytest
from openpyxl import Workbook

from services.assessment.instruments.files.service import FileFormat, draft_of
from services.assessment.instruments.rules import QuestionKind
from services.assessment.instruments.schemas import InstrumentDraft
from shared.errors import Invalid

Rows = list[list[object]]
SURVEY: Rows = [
    ["type", "name", "label::English (en)", "hint", "required", "relevant", "constraint",
     "appearance", "ctc_theme", "ctc_provisions", "ctc_unit"],
    ["start", "start"],
    [],
    ["begin group", "law", "The law"],
    ["select_one yn", "in_force", "Is it in force?", None, True, None, None, "minimal",
     "aviation", 2309],
    ["select_one grades", "grade", "How far is it?", None, "yes", None, None, None,
     "aviation", "2309 3"],
    ["select_multiple grades", "grades", "What is it?", None, "no",
     "selected(${grade}, 'low') or selected(${grade}, 'high')", None, None,
     "arms", "2370; 1373 2(a)"],
    ["begin_group", "inner", "Within", None, None, "${grade} = 'low'"],
    ["integer", "count", "How many?", "A hint", None, "${in_force} = 'no'",
     ". >= 1 and . <= 9", None, "arms", "2370", "persons"],
    ["end_group"],
    ["file", "law_text", "Which law?", None, None, None, None, None, "arms", "2370"],
    ["end group"],
]  # fmt: skip
CHOICES: Rows = [
    ["list name", "name", "label::English (en)", "ctc_value"],
    ["yn", "yes", "Yes"],
    ["yn", "partial", "Partly"],
    ["yn", "no", "No"],
    ["grades", "low", "Low", 0],
    ["grades", "high", "High", 1],
]
SETTINGS: Rows = [
    ["form_title", "form_id", "default_language", "ctc_tool"],
    ["A form of Kobo", "kobo-form", "English (en)", "detailed_implementation_survey"],
]


def form(survey: Rows = SURVEY, choices: Rows = CHOICES, settings: Rows = SETTINGS) -> bytes:
    book = Workbook()
    for name, rows in (("Survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def drafted(file: bytes) -> InstrumentDraft:
    return draft_of(file, FileFormat.XLSFORM)


def told(file: bytes) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        drafted(file)
    faults: dict[str, str] = {}
    for fault in refused.value.errors:
        faults[fault.field] = " ".join([faults.get(fault.field, ""), fault.message]).strip()
    return faults


def changed(row: int, column: str, value: object, rows: Rows = SURVEY) -> Rows:
    """The sheet with one cell changed; rows are counted as a spreadsheet does."""
    heads = rows[0]
    cells = [*rows[row - 1], *[None] * len(heads)][: len(heads)]
    cells[heads.index(column)] = value
    return [*rows[: row - 1], cells, *rows[row:]]


def test_a_form_of_others_is_drafted() -> None:
    draft = drafted(form())
    (section,) = draft.sections
    by_code = {question.code: question for question in section.questions}
    assert (draft.code, draft.title, section.title) == ("kobo-form", "A form of Kobo", "The law")
    assert [(question.kind, question.weight) for question in section.questions] == [
        (QuestionKind.YES_NO_PARTIAL, 1),
        (QuestionKind.CHOICE, 1),
        (QuestionKind.CHOICE, 1),
        (QuestionKind.NUMBER, 0),
        (QuestionKind.DOCUMENT, 0),
    ]
    assert [choice.value for choice in by_code["grade"].choices] == [0, 1]
    assert by_code["grades"].multiple
    assert by_code["grades"].provisions[1].paragraph == "2(a)"
    count = by_code["count"]
    assert (count.minimum, count.maximum, count.guidance, count.required) == (1, 9, "A hint", False)
    assert count.shown_if is not None
    assert [part.question for part in count.shown_if.all] == ["grade", "in_force"]


def hostile_group(questions: int, depth: int, relevant: str | None) -> Rows:
    heads = SURVEY[0]
    group: list[object] = ["begin_group", "g", "A group", None, None, relevant]
    text: list[object] = ["text", "t", "Words?", *[None] * 5, "arms", "2370"]
    return [heads, *[group] * depth, *[text] * questions]


@pytest.mark.parametrize(
    ("survey", "choices"),
    [
        (hostile_group(5_000, 5_000, None), CHOICES),
        (hostile_group(5_000, 1, " or ".join(["(${t} = 'a')"] * 2000)), CHOICES),
        (
            [*SURVEY[:4], *[SURVEY[5]] * 2_000],
            [*CHOICES, *[["grades", f"c{number}", "C", 1] for number in range(2_000)]],
        ),
    ],
)
def test_what_questions_share_does_not_grow_without_end(survey: Rows, choices: Rows) -> None:
    file = form(survey, choices)
    begun = time.monotonic()
    faults = told(file)
    assert "split it" in faults["file"]
    assert time.monotonic() - begun < 8


def test_without_the_columns_of_ours_it_is_said_once_how_to_add_them() -> None:
    bare = [row[:8] for row in SURVEY]
    faults = told(form(bare, settings=[row[:3] for row in SETTINGS]))
    assert faults["survey.1.ctc_theme"].startswith("Add the column ctc_theme")
    assert faults["survey.1.ctc_provisions"].startswith("Add the column ctc_provisions")
    assert set(faults) == {
        "survey.1.ctc_theme",
        "survey.1.ctc_provisions",
        "settings.2.ctc_tool",
    }


@pytest.mark.parametrize(
    ("row", "column", "value", "place", "words"),
    [
        (5, "type", "geopoint", "survey.5.type", "geopoint is no type"),
        (5, "type", None, "survey.5.type", "Nothing is no type"),
        (5, "type", "select_one nowhere", "survey.5.type", "Name one list"),
        (5, "type", "select_one yn or_other", "survey.5.type", "Name one list"),
        (5, "name", "1st", "survey.5.name", "match pattern"),
        (5, "name", "grade", "survey.6.name", "used twice"),
        (5, "label::English (en)", None, "survey.5.label::English (en)", "at least 5"),
        (5, "required", "${grade} = 'low'", "survey.5.required", "yes or no"),
        (5, "constraint", ". = 'yes'", "survey.5.constraint", "Only a number"),
        (9, "constraint", ". mod 2 = 0", "survey.9.constraint", ". >= 0"),
        (6, "relevant", "not(${in_force} = 'yes')", "survey.6.relevant", "supported are"),
        (6, "relevant", "${nowhere} = 'yes'", "survey.6.relevant", "no question nowhere"),
        (6, "relevant", "${grade} = 'low'", "survey.6.relevant", "circle"),
        (6, "ctc_theme", "sports", "survey.6.ctc_theme", "no thematic area"),
        (6, "ctc_provisions", "9999 1", "survey.6.ctc_provisions", "no resolution"),
        (6, "ctc_provisions", "1373 II", "survey.6.ctc_provisions", "match pattern"),
        (4, "type", "begin_repeat", "survey.4.type", "asks once"),
        (12, "type", "note", "survey.12.type", "note is no type"),
        (10, "type", None, "survey.1.type", "no end_group"),
        (9, "appearance", "x", None, ""),
    ],
)
def test_a_fault_is_named_by_row_and_column(
    row: int, column: str, value: object, place: str | None, words: str
) -> None:
    file = form(changed(row, column, value))
    if place is None:
        drafted(file)
    else:
        faults = told(file)
        assert words in faults.get(place, ""), faults
