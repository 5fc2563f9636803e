"""XLSForm as instruments: those that we wrote, and as far as can be those of anyone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.assessment.instruments.files.expressions import (
    ITSELF,
    NotSupportedError,
    condition_of,
)
from services.assessment.instruments.files.reading import Path, ReadFile
from services.assessment.instruments.files.sheets import Line, Sheet
from services.assessment.instruments.files.workbook import UnreadableError, sheets_of
from services.assessment.instruments.files.xlsform import (
    ALONE,
    APPLICABILITY,
    APPLICABLE,
    ASKED_BY,
    CODE,
    KIND,
    NOTICE,
    PROVISIONS,
    TAGS,
    THEME,
    TOOL,
    UNIT,
    VALUE,
    WEIGHT,
)
from services.assessment.instruments.rules import (
    NOT_APPLICABLE,
    YES_NO_PARTIAL,
    Condition,
    QuestionKind,
)
from shared.errors import FieldError
from shared.reference import themes
from shared.reference.catalogue import council_resolution_numbers

MOST_PARTS = 200_000
"""Of all questions together; a question has about a dozen."""
_SHEETS = ("survey", "choices", "settings")
_OF_THE_DEVICE = frozenset(
    [
        *("start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"),
        *("simserial", "subscriberid"),
    ]
)
"""Rows that ask nobody anything; Kobo adds them by itself."""
_LOST = ("calculation", "choice_filter", "default", "repeat_count")
_YES = frozenset({"yes", "true", "true()"})
_NO = frozenset({"no", "false", "false()", ""})
_TYPES = (
    "supported are begin_group, end_group, select_one, select_multiple, integer, decimal, text "
    "and file"
)
_COLUMNS = {
    "code": "name",
    "title": "label",
    "text": "label",
    "guidance": "hint",
    "shown_if": "relevant",
    "minimum": "constraint",
    "maximum": "constraint",
    "kind": KIND,
    "theme": THEME,
    "provisions": PROVISIONS,
    "weight": WEIGHT,
    "tags": TAGS,
    "unit": UNIT,
    "label": "label",
    "value": VALUE,
}
"""Where the fields of sections, questions and choices stand."""
_SETTINGS = {"code": "form_id", "title": "form_title", "tool": TOOL, "notice": NOTICE}


def read(data: bytes) -> ReadFile:
    """What the workbook says.

    Raises:
        ValueError: it is no workbook that is taken, or no form; the message says why.
    """
    found = sheets_of(data, _SHEETS)
    if "survey" not in found:
        raise UnreadableError("It has no sheet named survey, so that it is no XLSForm.")
    return _Form(*(Sheet.of(name, found.get(name, [])) for name in _SHEETS)).read()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, before the names in its condition are known to be questions."""

    content: dict[str, Any]
    conditions: tuple[Condition, ...]
    """All of them must be met."""


class _Form:
    """A form while it is read."""

    def __init__(self, survey: Sheet, choices: Sheet, settings: Sheet) -> None:
        self._survey = survey
        self._settings = settings
        self._about = next(iter(settings), Line(settings, settings.first + 1, {}))
        self._faults: list[FieldError] = []
        self._lists: dict[str, list[Line]] = {}
        for line in choices:
            self._lists.setdefault(line.get("list_name"), []).append(line)
        self._lines: dict[Path, Line] = {}
        self._sections: list[tuple[dict[str, Any], list[_Asked]]] = []
        self._groups: list[Condition | None] = []
        self._applies: dict[str, Condition | None] = {}
        self._codes: dict[str, str] = {}
        self._parts = 0
        self._label = self._language_of(survey)
        self._choice_label = self._language_of(choices)

    def read(self) -> ReadFile:
        """The draft."""
        for sheet in (self._survey, self._settings):
            self._faults += sheet.faults()
        for field, way_out in (
            (THEME, "the thematic area of each question, such as border-control"),
            (PROVISIONS, "what each question is about, such as: 1373 1(b); 2396"),
        ):
            if field not in self._survey.heads:
                self._faults.append(
                    self._survey.fault(field, f"Add the column {field}: {way_out}.")
                )
        for line in self._survey:
            self._take(line)
        if self._groups:
            self._faults.append(self._survey.fault("type", "A group has no end_group; add it."))
        return ReadFile(self._content(), self._fault, self._faults)

    def _language_of(self, sheet: Sheet) -> str:
        """The column that has the labels: the only language, or the form's own."""
        if "label" in sheet.heads:
            return "label"
        languages = [name for name in sheet.heads if name.startswith("label::")]
        own = "label::" + self._about.get("default_language").lower().replace(" ", "_")
        if own in languages or len(languages) == 1:
            return own if own in languages else languages[0]
        if languages:
            self._faults.append(
                sheet.fault("label", "Keep one language, or name it as default_language.")
            )
        return next(iter(languages), "label")

    def _take(self, line: Line) -> None:
        words = line.get("type").split()
        kind = "_".join(words).lower()
        if kind in {"begin_group", "begin_repeat"}:
            if kind == "begin_repeat":
                self._refuse(line, "type", "An instrument asks once; make it a begin_group.")
            self._begin(line)
        elif kind in {"end_group", "end_repeat"}:
            if not self._groups:
                self._refuse(line, "type", "No group is open here; leave the row out.")
            else:
                self._groups.pop()
        elif line.get(KIND) == APPLICABILITY:
            self._applies[line.get("name")] = self._condition(line)
        elif kind not in _OF_THE_DEVICE:
            self._ask(line, words)

    def _begin(self, line: Line) -> None:
        if not self._groups:
            self._lines["sections", len(self._sections)] = line
            section = {"code": line.get(CODE) or line.get("name"), "title": line.get(self._label)}
            self._sections.append((section, []))
        self._groups.append(self._condition(line))

    def _ask(self, line: Line, words: list[str]) -> None:
        if not self._groups:
            self._refuse(
                line, "type", "It stands in no group; a group is a section: put begin_group before."
            )
            return
        for column in _LOST:
            if line.get(column):
                self._refuse(line, column, "No instrument can hold this; empty the cell.")
        how = words[0].lower() if words else ""
        choices = self._lists.get(words[1], []) if how.startswith("select_") and words[1:] else []
        self._spend(1 + len(self._groups) + len(choices))
        name = line.get("name")
        asked = self._sections[-1][1]
        path = ("sections", len(self._sections) - 1, "questions", len(asked))
        self._lines[path] = line
        self._codes[name] = code = line.get(CODE) or name
        content: dict[str, Any] = {
            "code": code,
            "text": line.get(self._label),
            "guidance": line.get("hint") or None,
            "required": self._required(line),
            "theme": line.get(THEME) if THEME in self._survey.heads else next(iter(themes())),
            "provisions": list(self._provisions(line)),
            "tags": line.get(TAGS).replace(",", " ").split(),
        }
        if how.startswith("select_") and (not choices or len(words) != 2):
            self._refuse(line, "type", "Name one list of the sheet choices, and nothing after it.")
        kind = line.get(KIND) or self._kind_of(how, choices)
        if kind is None:
            self._refuse(line, "type", f"{how or 'Nothing'} is no type of question; {_TYPES}.")
            kind = QuestionKind.TEXT
        elif kind in set(QuestionKind) and how not in ASKED_BY[QuestionKind(kind)]:
            types = " or ".join(ASKED_BY[QuestionKind(kind)])
            self._refuse(line, KIND, f"A {kind} question has the type {types}.")
        content["kind"] = kind
        content |= self._of_its_kind(line, kind, how, choices, path)
        weight = line.get(WEIGHT)
        content["weight"] = weight or int(_is_scored(content))
        conditions = tuple(filter(None, (*self._groups, self._own_condition(line, kind))))
        self._spend(sum(1 for condition in conditions for _ in condition.tests()))
        asked.append(_Asked(content, conditions))

    def _of_its_kind(
        self, line: Line, kind: str, how: str, choices: list[Line], path: Path
    ) -> dict[str, Any]:
        constraint = line.get("constraint")
        if kind == QuestionKind.NUMBER:
            unit = line.get(UNIT)
            text = line.get(self._label).removesuffix(f" ({unit})") if unit else None
            return {
                **({"text": text} if text else {}),
                "unit": unit or None,
                **self._bounds(line, constraint),
            }
        if constraint not in {"", ALONE}:
            self._refuse(line, "constraint", "Only a number is bounded; empty the cell.")
        offered = [choice for choice in choices if choice.get("name") != NOT_APPLICABLE]
        codes = [choice.get("name") for choice in offered]
        if kind == QuestionKind.YES_NO_PARTIAL and set(codes) - set(YES_NO_PARTIAL):
            self._refuse(line, KIND, "It offers yes, partial and no; its list offers others.")
        if kind == QuestionKind.SCALE:
            return self._steps(line, codes)
        if kind == QuestionKind.CHOICE:
            self._lines |= {(*path, "choices", at): choice for at, choice in enumerate(offered)}
            return {
                "choices": [
                    {
                        "code": choice.get("name"),
                        "label": choice.get(self._choice_label),
                        "value": choice.get(VALUE) or None,
                    }
                    for choice in offered
                ],
                "multiple": how == "select_multiple",
            }
        return {}

    def _steps(self, line: Line, codes: list[str]) -> dict[str, Any]:
        try:
            steps = [int(code) for code in codes]
        except ValueError:
            steps = []
        if not steps or steps != list(range(steps[0], steps[0] + len(steps))):
            self._refuse(
                line, "type", "The list of a scale must hold its steps in order, such as 1, 2, 3."
            )
            return {"minimum": 0, "maximum": 1}
        return {"minimum": steps[0], "maximum": steps[-1]}

    def _bounds(self, line: Line, constraint: str) -> dict[str, Any]:
        if not constraint:
            return {}
        try:
            bounds = condition_of(constraint)
        except NotSupportedError:
            bounds = Condition()
        if bounds.question != ITSELF or bounds.is_any_of:
            self._refuse(line, "constraint", "Say it as: . >= 0 and . <= 100, or one of the two.")
            return {}
        return {"minimum": bounds.at_least, "maximum": bounds.at_most}

    def _required(self, line: Line) -> bool:
        told = line.get("required").lower()
        if told not in _YES | _NO:
            self._refuse(line, "required", "Say yes or no.")
        return told in _YES

    def _provisions(self, line: Line) -> Iterator[dict[str, Any]]:
        if PROVISIONS not in self._survey.heads:
            yield {"resolution": next(iter(council_resolution_numbers()))}
        for told in line.get(PROVISIONS).replace(",", ";").split(";"):
            resolution, _, paragraph = told.strip().partition(" ")
            if resolution:
                yield {"resolution": resolution, "paragraph": paragraph.strip() or None}

    def _own_condition(self, line: Line, kind: str) -> Condition | None:
        """The question's condition; a number's is that of the row that asks whether it applies."""
        condition = self._condition(line)
        if kind == QuestionKind.NUMBER and condition and condition.is_any_of == (APPLICABLE,):
            return self._applies.get(condition.question or "", condition)
        return condition

    def _condition(self, line: Line) -> Condition | None:
        told = line.get("relevant")
        if not told:
            return None
        try:
            return condition_of(told)
        except NotSupportedError as error:
            self._refuse(line, "relevant", f"It cannot be kept: {error}.")
            return None

    @staticmethod
    def _kind_of(how: str, choices: list[Line]) -> QuestionKind | None:
        codes = {choice.get("name") for choice in choices} - {NOT_APPLICABLE}
        if how == "select_one" and codes == set(YES_NO_PARTIAL):
            return QuestionKind.YES_NO_PARTIAL
        plain = (QuestionKind.CHOICE, QuestionKind.NUMBER, QuestionKind.TEXT, QuestionKind.DOCUMENT)
        return next((kind for kind in plain if how in ASKED_BY[kind]), None)

    def _content(self) -> dict[str, Any]:
        content: dict[str, Any] = {
            field: self._about.get(column)
            for field, column in _SETTINGS.items()
            if self._about.get(column)
        }
        content["sections"] = [
            {**section, "questions": [self._question(one) for one in asked]}
            for section, asked in self._sections
        ]
        return content

    def _question(self, asked: _Asked) -> dict[str, Any]:
        *outer, own = asked.conditions or (None,)
        whole = Condition(all=(*outer, own)) if outer and own else own
        return asked.content | {"shown_if": whole and _as_draft(whole, self._codes)}

    def _spend(self, parts: int) -> None:
        """Keep what questions share, lists and conditions of groups, from growing without end."""
        self._parts += parts
        if self._parts > MOST_PARTS:
            raise UnreadableError(
                f"Its questions have more than {MOST_PARTS:,} choices and conditions; split it."
            )

    def _refuse(self, line: Line, column: str, message: str) -> None:
        self._faults.append(line.fault(column, message))

    def _fault(self, path: Path, message: str) -> FieldError:
        known = tuple(path)
        while known and known not in self._lines:
            known = known[:-1]
        field = str(path[len(known)]) if len(path) > len(known) else ""
        if known:
            line = self._lines[known]
            column = _COLUMNS.get(field, "type")
            if column == "name" and line.get(CODE):
                column = CODE
            elif column == "label":
                column = self._label if line.sheet is self._survey else self._choice_label
            return line.fault(column, message)
        if field in _SETTINGS:
            return self._about.fault(_SETTINGS[field], message)
        return FieldError(field="survey", message=message)


def _is_scored(content: Mapping[str, Any]) -> bool:
    if content["kind"] == QuestionKind.CHOICE:
        return all(choice["value"] is not None for choice in content["choices"])
    return content["kind"] in (QuestionKind.YES_NO_PARTIAL, QuestionKind.SCALE)


def _as_draft(condition: Condition, codes: Mapping[str, str]) -> dict[str, Any]:
    """The condition as a draft has it, with codes in place of the form's names."""
    told = {
        "question": condition.question and codes.get(condition.question, condition.question),
        "is_any_of": list(condition.is_any_of),
        "at_least": condition.at_least,
        "at_most": condition.at_most,
        "all": [_as_draft(part, codes) for part in condition.all],
        "any": [_as_draft(part, codes) for part in condition.any],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}
