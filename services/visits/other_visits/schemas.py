"""Requests and responses about other bodies' visits."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.missions.models import MissionKind
from services.visits.missions.organisations import Organisation
from services.visits.other_visits.models import OtherVisitStatus
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3
from shared.texts import Reason

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Contact = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=300),
    Field(description="With whom the dates are coordinated: an office rather than a person"),
]


class OtherVisitCreate(BaseModel):
    """Another body's visit to a Member State."""

    model_config = ConfigDict(extra="forbid")

    body: Organisation
    reference: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        Field(description="The body's own for this visit: sent again, it is not entered twice"),
    ]
    member_state: Alpha3
    confidential: bool = Field(default=False, description="At the State's request (¶23)")
    purpose: Words
    starts_on: PlannedDay
    ends_on: PlannedDay
    contact: Contact = ""


class OtherVisitUpdate(BaseModel):
    """What changes of a planned visit; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    confidential: bool | None = None
    purpose: Words | None = None
    starts_on: PlannedDay | None = None
    ends_on: PlannedDay | None = None
    contact: Contact | None = None


class OtherVisitCancellation(BaseModel):
    """Why another body's visit will not take place."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class MetVisit(BaseModel):
    """A scheduled visit of CTED that another body's meets."""

    mission_id: UUID
    kind: MissionKind
    starts_on: date
    ends_on: date
    days_apart: int = Field(description="0 where they overlap")

    def __str__(self) -> str:
        """As one line, for a cell of a table."""
        return f"{self.kind} visit from {self.starts_on} to {self.ends_on}"


class OtherVisitRead(BaseModel):
    """Another body's visit, and those of CTED that it meets."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    body: str
    reference: str
    member_state: str
    confidential: bool
    purpose: str
    starts_on: date
    ends_on: date
    contact: str
    status: OtherVisitStatus
    cancellation_reason: str | None
    clashes: list[MetVisit] = Field(
        [], description="Visits of CTED to the same State on these days or within 14 of them"
    )


class OtherVisitQuery(ListQuery):
    """Filters and sort of other bodies' visits."""

    member_state: Alpha3 | None = None
    body: Organisation | None = None
    status: OtherVisitStatus | None = None
    ends_from: date | None = Field(None, description="Those that end on this day or later")
    starts_until: date | None = Field(None, description="Those that begin on this day or before")
    sort: Literal["starts_on", "-starts_on", "created_at", "-created_at"] = "starts_on"
