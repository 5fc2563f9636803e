"""Requests and responses about invitations to be issued."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.invitations.models import RequestStatus
from shared.database import ListQuery
from shared.reference import Alpha3
from shared.texts import Reason

Office = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class InvitationRequestCreate(BaseModel):
    """Whom to invite to which meeting, and why."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    meeting_id: UUID = Field(description="See the notifications service's /v1/meetings")
    officials: list[Office] = Field(
        min_length=1, max_length=20, description="Offices", examples=[["Minister of Justice"]]
    )
    reason: Reason
    assessed: bool = Field(
        default=False,
        description="Say so of a State of whose assessment this service has not heard",
    )


class InvitationRequestRead(BaseModel):
    """A request, and what became of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    confidential: bool
    meeting_id: UUID
    officials: list[str]
    reason: str
    status: RequestStatus
    requested_by: str
    requested_on: date
    invitation_id: UUID | None = Field(description="The invitation that was issued")
    meeting: str | None = Field(description="Its title, once the invitation is issued")
    held_on: date | None = Field(description="When the meeting is held")
    refused_because: str | None
    answered_on: date | None


class InvitationRequestQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    meeting_id: UUID | None = None
    status: RequestStatus | None = None
    sort: Literal["requested_on", "-requested_on", "created_at", "-created_at"] = "-created_at"
