"""Instruments as XLSForm.

A section is a group. A scale is a choice of one of its steps. A number cannot hold a word, so that
a row before it asks whether the question applies; that row carries the number's condition.
"""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.workbook.child import _WorkbookChild

from services.assessment.instruments.files.expressions import ITSELF, number, written
from services.assessment.instruments.files.workbook import LONGEST_CELL
from services.assessment.instruments.files.xlsform import (
    ALONE,
    APPLICABILITY,
    APPLICABLE,
    APPLICABLE_LABELS,
    ASKED_BY,
    CHOICES,
    CODE,
    KIND,
    NOT_APPLICABLE_LABEL,
    NOTICE,
    PROVISIONS,
    SETTINGS,
    SURVEY,
    TAGS,
    THEME,
    TOOL,
    UNIT,
    VALUE,
    WEIGHT,
    YES_NO_PARTIAL_LABELS,
)
from services.assessment.instruments.rules import (
    NOT_APPLICABLE,
    Condition,
    Question,
    QuestionKind,
    Section,
    questions_of,
)
from services.assessment.instruments.schemas import InstrumentDraft, as_sections
from shared.errors import Conflict

_Row = dict[str, str | int | None]
_RESERVED = frozenset({"data", "meta", "instanceID", "instanceName"})
"""Elements that every form has besides."""
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write(draft: InstrumentDraft, version: str) -> bytes:
    """The draft as a workbook; `version` tells one state of the form from another.

    Raises:
        Conflict: a condition is longer than a cell can be.
    """
    form = _Form(as_sections(draft))
    settings: _Row = {
        "form_title": draft.title,
        "form_id": draft.code,
        "version": version,
        TOOL: draft.tool,
        NOTICE: draft.notice,
    }
    book = Workbook(write_only=True)
    _add_sheet(book, "survey", SURVEY, form.survey)
    _add_sheet(book, "choices", CHOICES, form.choices)
    _add_sheet(book, "settings", SETTINGS, [settings])
    made = BytesIO()
    book.save(made)
    return made.getvalue()


class _Form:
    """The rows of a form."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.survey: list[_Row] = []
        self.choices: list[_Row] = []
        questions = questions_of(sections)
        self._several = {question.code for question in questions if question.multiple}
        self._lists: set[str] = set()
        self._taken = {*_RESERVED, *(question.code for question in questions)}
        self._names = {
            question.code: question.code
            if question.code not in _RESERVED
            else self._free(question.code)
            for question in questions
        }
        for section in sections:
            name = self._free(section.code)
            code = section.code if section.code != name else None
            self._add(type="begin_group", name=name, label=section.title, ctc_code=code)
            for question in section.questions:
                self._ask(question)
            self._add(type="end_group")

    def _add(self, **cells: str | int | None) -> None:
        self.survey.append(cells)

    def _free(self, name: str) -> str:
        """The name, or one like it that no other element of the form has."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def _ask(self, question: Question) -> None:
        name = self._names[question.code]
        asked: _Row = {
            "type": ASKED_BY[question.kind][0],
            "name": name,
            "label": question.text,
            "hint": question.guidance,
            "required": "yes" if question.required else "no",
            "relevant": self._relevant(question),
            KIND: question.kind,
            THEME: question.theme,
            PROVISIONS: "; ".join(provision.name for provision in question.provisions),
            WEIGHT: question.weight,
            TAGS: " ".join(question.tags),
            CODE: question.code if question.code != name else None,
        }
        match question.kind:
            case QuestionKind.YES_NO_PARTIAL:
                asked["type"] = self._select("yes_no_partial", YES_NO_PARTIAL_LABELS)
            case QuestionKind.SCALE:
                asked["type"] = self._scale(question)
            case QuestionKind.CHOICE:
                asked |= self._choice(question, name)
            case QuestionKind.NUMBER:
                asked |= self._number(question, asked)
        self.survey.append(asked)

    def _relevant(self, question: Question) -> str | None:
        if question.shown_if is None:
            return None
        expression = written(question.shown_if, self._names, self._several)
        if len(expression) > LONGEST_CELL:
            raise Conflict(
                f"The condition of {question.code} is too long for a cell; export as JSON or YAML."
            )
        return expression

    def _select(self, choices: str, labels: Mapping[str, str], how: str = "select_one") -> str:
        """The type that chooses from a list, which is added where it is new."""
        if choices not in self._lists:
            self._lists.add(choices)
            self.choices += [
                {"list_name": choices, "name": code, "label": label}
                for code, label in labels.items()
            ]
        return f"{how} {choices}"

    def _scale(self, question: Question) -> str:
        low, high = int(question.minimum or 0), int(question.maximum or 0)
        steps = {str(step): str(step) for step in range(low, high + 1)}
        return self._select(f"scale_{low}_{high}", {**steps, NOT_APPLICABLE: NOT_APPLICABLE_LABEL})

    def _choice(self, question: Question, name: str) -> _Row:
        choices = f"{name}.choices"
        self.choices += [
            {
                "list_name": choices,
                "name": choice.code,
                "label": choice.label,
                VALUE: None if choice.value is None else number(choice.value),
            }
            for choice in question.choices
        ]
        self.choices.append(
            {"list_name": choices, "name": NOT_APPLICABLE, "label": NOT_APPLICABLE_LABEL}
        )
        if not question.multiple:
            return {"type": f"select_one {choices}"}
        return {
            "type": f"select_multiple {choices}",
            "constraint": ALONE,
            "constraint_message": f"{NOT_APPLICABLE_LABEL} stands alone.",
        }

    def _number(self, question: Question, asked: _Row) -> _Row:
        applies = self._free(f"{asked['name']}.applies")
        self._add(
            type=self._select(APPLICABILITY, APPLICABLE_LABELS),
            name=applies,
            ctc_kind=APPLICABILITY,
            **{key: asked[key] for key in ("label", "required", "relevant")},
        )
        shown = Condition(applies, is_any_of=(APPLICABLE,))
        bounds = Condition(ITSELF, at_least=question.minimum, at_most=question.maximum)
        limit = written(bounds, {})
        return {
            "label": f"{question.text} ({question.unit})",
            "relevant": written(shown, {applies: applies}),
            "constraint": limit or None,
            "constraint_message": limit and f"Give a number of {question.unit} within the bounds.",
            UNIT: question.unit,
        }


def _add_sheet(book: Workbook, name: str, columns: Sequence[str], rows: Sequence[_Row]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, column) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_cell(sheet, row.get(column)) for column in columns])


def _cell(sheet: _WorkbookChild, value: str | int | None) -> Cell | int | None:
    if not isinstance(value, str):
        return value
    text = _LOOKS_ESCAPED.sub("_x005F_", value)
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # or a text that begins with = would be taken for a formula
    return cell
