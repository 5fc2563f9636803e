"""Requests and responses about surveys."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from services.assessment.surveys.models import SurveyStatus
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3

_FOR_THOSE_WHO_SEE_ALL = "told to CTED, the Committee and the State alone (¶23)"
_LARGEST = 10**15


def _one_value(given: object, handler: ValidatorFunctionWrapHandler) -> object:
    """The value, a whole number as such; what is none of its forms is one fault and not four."""
    try:
        value = handler(given)
    except ValidationError:
        raise ValueError(
            f"send a word, a number from -{_LARGEST} to {_LARGEST}, or a list of up to 100 words"
        ) from None
    return int(value) if isinstance(value, float) and value.is_integer() else value


Value = Annotated[
    StrictStr
    | Annotated[StrictInt, Field(ge=-_LARGEST, le=_LARGEST)]
    | Annotated[StrictFloat, Field(ge=-_LARGEST, le=_LARGEST, allow_inf_nan=False)]
    | Annotated[list[StrictStr], Field(max_length=100)],
    WrapValidator(_one_value),
    Field(
        description="A word (yes, partial, no, not_applicable), a number, or codes of choices",
        examples=["partial"],
    ),
]


class SurveyCreate(BaseModel):
    """A survey to issue."""

    model_config = ConfigDict(extra="forbid")

    instrument_id: UUID
    member_state: Alpha3
    due_on: PlannedDay
    confidential: bool = Field(default=False, description="At the State's request (¶23)")
    carry_forward: bool = Field(
        default=False, description="Begin with what the State answered in the previous round"
    )


class SurveyUpdate(BaseModel):
    """What to change of a survey that is out."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    due_on: PlannedDay
    reason: str = Field(min_length=3, max_length=2000)


class AnswerGiven(BaseModel):
    """An answer as given."""

    model_config = ConfigDict(extra="forbid")

    value: Value
    comment: str | None = Field(None, max_length=5000)
    confidential: bool | None = Field(
        None, description="At the State's request (¶23); left out, it stays as it was"
    )


class AnswerRead(BaseModel):
    """An answer, with what it was taken over from."""

    value: Value
    comment: str | None = None
    confidential: bool = False
    carried_from: UUID | None = Field(
        None,
        description="The survey of an earlier round that it was taken over from, unchanged; "
        f"{_FOR_THOSE_WHO_SEE_ALL}",
    )


class Answers(BaseModel):
    """Answers by question code, null to take one back; those not named stay as they are."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, AnswerGiven | None] = Field(min_length=1, max_length=500)


class SectionRead(BaseModel):
    """The answers to one section."""

    survey_id: UUID
    version: int | None = Field(description=_FOR_THOSE_WHO_SEE_ALL)
    code: str
    title: str
    answers: dict[str, AnswerRead]
    updated_at: datetime | None = Field(description=_FOR_THOSE_WHO_SEE_ALL)


class SectionProgress(BaseModel):
    """How far a section is answered."""

    code: str
    title: str
    version: int | None = Field(description=_FOR_THOSE_WHO_SEE_ALL)
    shown: int = Field(description="Questions that the answers so far make the State see")
    answered: int
    carried_forward: int | None = Field(
        description=f"Answers taken over that nobody has saved anew; {_FOR_THOSE_WHO_SEE_ALL}"
    )


class SurveySummary(BaseModel):
    """A survey."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    instrument_id: UUID
    carried_from: UUID | None = Field(description=_FOR_THOSE_WHO_SEE_ALL)
    member_state: str
    due_on: date
    status: SurveyStatus
    confidential: bool
    submitted_on: date | None


class SurveyRead(SurveySummary):
    """A survey with the progress of its sections."""

    sections: list[SectionProgress]


class ResponseProblem(BaseModel):
    """What keeps a response from being submitted."""

    section: str
    question: str
    message: str


class Validation(BaseModel):
    """Every problem of the response as it is now."""

    may_be_submitted: bool
    problems: list[ResponseProblem]


class ClarificationRequest(BaseModel):
    """What the State is asked to clarify, and by when."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=3, max_length=5000)
    questions: list[str] = Field([], max_length=500, description="Codes; empty: the whole")
    due_on: PlannedDay


class SurveyStepRead(BaseModel):
    """One step of a survey on its way."""

    model_config = ConfigDict(from_attributes=True)

    previous: SurveyStatus | None
    status: SurveyStatus
    reason: str | None
    questions: list[str]
    due_on: date
    taken_on: date
    taken_by: str


class RevisionRead(BaseModel):
    """One saving of a section."""

    model_config = ConfigDict(from_attributes=True)

    section_version: int
    changes: list[dict[str, Any]] = Field(description="question, before and after of each answer")
    saved_by: str
    created_at: datetime


class SurveyQuery(ListQuery):
    """Filters and sort of the surveys."""

    member_state: Alpha3 | None = None
    status: SurveyStatus | None = None
    instrument_id: UUID | None = None
    due_until: date | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "-created_at"
