"""Requests and responses about instruments."""

import re
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

from services.assessment.instruments import rules
from services.assessment.instruments.models import Instrument, InstrumentStatus, Tag, Tool
from services.assessment.instruments.rules import QuestionKind
from shared.database import ListQuery
from shared.reference import ResolutionNumber, ThemeCode

Code = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,39}$", examples=["CFT-1"])]
"""Starts with a letter, so that XLSForm takes it as a name."""
InstrumentCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$", examples=["oia-1373"])]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
_MOST_DEEP = 5
_NOT_READABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\\$\\{")


class Part(BaseModel):
    """A part of an instrument: its texts and numbers are such as every format of files can hold."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _is_readable(cls, value: object) -> object:
        if type(value) is not str:  # a word of a closed list stays what it is
            return value
        if found := _NOT_READABLE.search(value):
            raise ValueError(f"leave {found[0]!r} out: a form cannot show it")
        return value.replace("\r\n", "\n").replace("\r", "\n")


class Provision(Part):
    """A paragraph of a resolution; without one, the resolution as a whole."""

    model_config = ConfigDict(from_attributes=True)

    resolution: ResolutionNumber
    paragraph: str | None = Field(
        None, pattern=r"^[0-9]{1,3}(\([a-z0-9]{1,5}\))*$", examples=["2(e)"]
    )

    def __str__(self) -> str:
        """As one cites it, and as an import of recommendations takes it."""
        return rules.Provision(self.resolution, self.paragraph).name


class Choice(Part):
    """One of the answers that a choice question offers."""

    code: Code
    label: str = Field(min_length=1, max_length=300)
    value: float | None = Field(None, ge=0, le=1, description="How far it means implementation")


class Condition(Part):
    """When a question is shown; exactly one of `question`, `all` and `any`."""

    question: Code | None = None
    is_any_of: list[Annotated[str, Field(max_length=100)]] = Field([], max_length=50)
    at_least: Number | None = None
    at_most: Number | None = None
    all: list["Condition"] = Field([], max_length=20)
    any: list["Condition"] = Field([], max_length=20)

    @model_validator(mode="after")
    def _of_one_form(self) -> Self:
        forms = (self.question is not None, bool(self.all), bool(self.any))
        if sum(forms) != 1:
            raise ValueError("give exactly one of question, all and any")
        bounded = self.at_least is not None or self.at_most is not None
        tests = bool(self.is_any_of) + bounded
        if tests != forms[0]:
            raise ValueError("with question, give is_any_of, or at_least and at_most; else neither")
        if _depth(self) > _MOST_DEEP:
            raise ValueError(f"conditions may lie at most {_MOST_DEEP} deep in each other")
        return self


def _depth(condition: Condition) -> int:
    return 1 + max((_depth(part) for part in (*condition.all, *condition.any)), default=0)


class Question(Part):
    """One question, about one or more provisions."""

    code: Code
    text: str = Field(min_length=5, max_length=1000)
    theme: ThemeCode
    provisions: list[Provision] = Field(min_length=1, max_length=10)
    kind: QuestionKind = QuestionKind.YES_NO_PARTIAL
    weight: int = Field(1, ge=0, le=5, description="5 matters most; 0 where nothing is scored")
    required: bool = True
    tags: list[Tag] = Field([], max_length=len(Tag), description="Cross-cutting (¶30, ¶39)")
    guidance: str | None = Field(None, max_length=2000)
    unit: str | None = Field(None, max_length=40, description="Of a number")
    minimum: Number | None = Field(None, description="Of a scale or number")
    maximum: Number | None = Field(None, description="Of a scale or number")
    choices: list[Choice] = Field([], max_length=100)
    multiple: bool = Field(default=False, description="Whether several choices may be taken")
    shown_if: Condition | None = None


class Section(Part):
    """Questions that are answered and saved together."""

    code: Code
    title: str = Field(min_length=2, max_length=200)
    questions: list[Question] = Field(min_length=1, max_length=500)


class InstrumentDraft(Part):
    """A survey tool to draft, or what a draft becomes."""

    code: InstrumentCode
    title: str = Field(min_length=3, max_length=200)
    tool: Tool
    notice: str | None = Field(None, max_length=1000, description="What readers must know of it")
    sections: list[Section] = Field(min_length=1, max_length=100)


class InstrumentSummary(BaseModel):
    """A survey tool, without its questions."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    code: str
    edition: int | None = Field(description="Given at publication; the next of its code")
    title: str
    tool: Tool
    status: InstrumentStatus
    notice: str | None
    question_count: int
    published_on: date | None


class InstrumentRead(InstrumentSummary):
    """A survey tool with its questions."""

    sections: list[Section]


class InstrumentQuery(ListQuery):
    """Filters and sort of the instruments."""

    tool: Tool | None = None
    code: str | None = None
    status: InstrumentStatus | None = None
    sort: Literal["code", "-code", "created_at", "-created_at"] = "-created_at"


_SECTIONS = TypeAdapter(list[rules.Section])


def sections_of(instrument: Instrument) -> list[rules.Section]:
    """The instrument's sections as its rules take them."""
    return _SECTIONS.validate_python(instrument.sections)


def as_sections(draft: InstrumentDraft) -> list[rules.Section]:
    """The draft's sections as the rules take them."""
    return _SECTIONS.validate_python([section.model_dump() for section in draft.sections])
