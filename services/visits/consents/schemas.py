"""Requests and responses about consent to visits."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.consents.models import ConsentStatus
from services.visits.missions.models import MissionKind
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3
from shared.texts import Reason

Remark = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
ConditionText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)
]
Conditions = Annotated[
    list[ConditionText], Field(max_length=30, description="On which the State consents")
]
ValidUntil = Annotated[
    PlannedDay | None, Field(description="The last day of a visit that it consents to")
]


class ConsentCreate(BaseModel):
    """A request for a State's consent, answered at once by its standing consent if it has one."""

    model_config = ConfigDict(extra="forbid")

    visit_list_id: UUID
    member_state: Alpha3
    answer_due_on: PlannedDay
    visit_kind: MissionKind | None = Field(None, description="The only kind of visit it is about")
    ask_anyway: bool = Field(
        default=False, description="Ask the State even where its standing consent would answer"
    )
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class Answer(BaseModel):
    """The State's answer; `deferred` leaves the request open until another date."""

    model_config = ConfigDict(extra="forbid")

    answer: Literal["given", "declined", "deferred"]
    conditions: Conditions = []
    valid_until: ValidUntil = None
    until: PlannedDay | None = Field(None, description="By when a deferred request is answered")
    reason: Remark = Field("", description="Needed to decline")
    confidential: bool = Field(
        default=False, description="The State asks to keep request and answer confidential (¶23)"
    )


class Withdrawal(BaseModel):
    """Why CTED takes a request back."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Revocation(BaseModel):
    """A State takes its consent back; it may say why."""

    model_config = ConfigDict(extra="forbid")

    reason: Remark = ""


class ConditionRead(BaseModel):
    """A condition of a State's consent, and since when it is met."""

    text: str
    met_on: date | None


class ConsentRead(BaseModel):
    """A request for consent with its answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    visit_list_id: UUID
    member_state: str
    visit_kind: MissionKind | None
    requested_on: date
    answer_due_on: date
    status: ConsentStatus
    answered_on: date | None
    conditions: list[ConditionRead]
    valid_until: date | None
    reason: str
    standing_consent_id: UUID | None = Field(description="The standing consent that answered it")
    removed_on: date | None = Field(
        description="Since when its State is off the list: no visit is scheduled on it"
    )
    ended_on: date | None
    ended_because: str
    confidential: bool


class ConsentQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    status: ConsentStatus | None = None
    visit_list_id: UUID | None = None
    standing_consent_id: UUID | None = None
    due_before: date | None = Field(None, description="Unanswered and due before that day")
    removed: bool | None = Field(None, description="Whether its State was taken off the list")
    sort: Literal["answer_due_on", "-answer_due_on", "created_at", "-created_at"] = "-created_at"


class ReminderCreate(BaseModel):
    """What an officer writes to a State that has not answered."""

    model_config = ConfigDict(extra="forbid")

    note: Reason


class ReminderRead(BaseModel):
    """A reminder sent by hand."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    consent_id: UUID
    reminded_on: date
    note: str
