"""Requests and responses about consent to visits."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.consents.models import ConsentStatus
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3

Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class ConsentCreate(BaseModel):
    """A request for a State's consent."""

    model_config = ConfigDict(extra="forbid")

    visit_list_id: UUID
    member_state: Alpha3
    answer_due_on: PlannedDay
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class Answer(BaseModel):
    """The State's answer; `deferred` leaves the request open."""

    model_config = ConfigDict(extra="forbid")

    answer: Literal["given", "declined", "deferred"]
    conditions: Remark = Field("", description="On which the State consents")
    reason: Remark = Field("", description="Needed to decline")


class ConsentRead(BaseModel):
    """A request for consent with its answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    visit_list_id: UUID
    member_state: str
    requested_on: date
    answer_due_on: date
    status: ConsentStatus
    answered_on: date | None
    conditions: str
    reason: str
    confidential: bool


class ConsentQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    status: ConsentStatus | None = None
    visit_list_id: UUID | None = None
    sort: Literal["answer_due_on", "-answer_due_on", "created_at", "-created_at"] = "-created_at"
