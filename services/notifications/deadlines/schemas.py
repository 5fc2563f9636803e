"""Requests and responses about deadlines."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.deadlines.models import DeadlineStatus
from shared.database import ListQuery
from shared.reference import Alpha3


class DeadlineRead(BaseModel):
    """A dated duty."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    duty: str = Field(examples=["survey-response"])
    about_id: UUID = Field(description="The survey, consent, mission, report, … it is about")
    owed_by: str = Field(description="member_state, cted or organisation")
    organisation: str | None = Field(description="The provider, where one owes it")
    due_on: date
    approaching_on: date = Field(description="When its parties are reminded")
    status: DeadlineStatus
    met_on: date | None
    confidential: bool


class DeadlineQuery(ListQuery):
    """Filters and sort of the deadlines."""

    member_state: Alpha3 | None = None
    duty: str | None = None
    status: DeadlineStatus | None = None
    due_before: date | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"
