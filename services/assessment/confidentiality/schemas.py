"""Requests and responses about confidentiality."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.confidentiality.models import Action, Subject
from shared.database import ListQuery
from shared.reference import Alpha3


class ConfidentialityCreate(BaseModel):
    """What a State asks to keep confidential, or no longer does."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    subject: Subject
    subject_id: UUID = Field(description="Of the survey, also for its answers; or recommendation")
    questions: list[str] = Field([], max_length=2000, description="Codes; for answers alone")
    action: Action
    reason: str = Field(min_length=3, max_length=2000)

    @model_validator(mode="after")
    def _questions_of_answers(self) -> Self:
        if (self.subject is Subject.ANSWERS) != bool(self.questions):
            raise ValueError("name the questions if, and only if, the subject is answers")
        return self


class ConfidentialityRead(BaseModel):
    """A request about confidentiality."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    subject: Subject
    subject_id: UUID
    questions: list[str]
    action: Action
    reason: str
    requested_on: date
    requested_by: str


class ConfidentialityQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    subject: Subject | None = None
    subject_id: UUID | None = None
    action: Action | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
