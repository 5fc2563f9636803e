"""Requests and responses about surveys."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.surveys.models import SurveyStatus
from shared.database import ListQuery
from shared.reference import Alpha3


class Answer(StrEnum):
    """How far what the question asks for is in place."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class SurveyCreate(BaseModel):
    """A survey to issue."""

    model_config = ConfigDict(extra="forbid")

    instrument_id: UUID
    member_state: Alpha3
    due_on: date
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class Answers(BaseModel):
    """Answers by question code; those not named here stay as they are."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Answer] = Field(min_length=1, max_length=2000)


class SurveyRead(BaseModel):
    """A survey with its answers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    instrument_id: UUID
    member_state: str
    due_on: date
    status: SurveyStatus
    answers: dict[str, Answer]
    confidential: bool
    submitted_on: date | None


class SurveyQuery(ListQuery):
    """Filters and sort of the surveys."""

    member_state: Alpha3 | None = None
    status: SurveyStatus | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "-created_at"
