"""Requests and responses about meetings and invitations."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.notifications.meetings.models import InvitationStatus, MeetingKind
from shared.database import ListQuery
from shared.reference import Alpha3

DelegateName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)
]


class MeetingCreate(BaseModel):
    """A meeting to hold."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=3, max_length=200)
    held_on: date
    kind: MeetingKind
    agenda: str = Field("", max_length=20_000)


class MeetingRead(BaseModel):
    """A meeting."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    held_on: date
    kind: MeetingKind
    agenda: str


class MeetingQuery(ListQuery):
    """Filters and sort of the meetings."""

    kind: MeetingKind | None = None
    held_from: date | None = None
    held_until: date | None = None
    sort: Literal["held_on", "-held_on"] = "held_on"


class InvitationCreate(BaseModel):
    """Whom to invite."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    officials: list[DelegateName] = Field(
        [], max_length=20, description="The offices invited; empty leaves that to the State"
    )


class InvitationAnswer(BaseModel):
    """Whether the State's officials attend, and who."""

    model_config = ConfigDict(extra="forbid")

    attends: bool
    delegates: list[DelegateName] = Field([], max_length=50)

    @model_validator(mode="after")
    def _nobody_if_absent(self) -> Self:
        if self.delegates and not self.attends:
            raise ValueError("name delegates only where attends is true")
        return self


class InvitationRead(BaseModel):
    """An invitation and its answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    meeting_id: UUID
    member_state: str
    status: InvitationStatus
    officials: list[str] = Field(description="The offices invited")
    delegates: list[str] = Field(description="Who comes, as the State answered")
    request_id: UUID | None = Field(description="The request that it carries out")
    confidential: bool


class InvitationQuery(ListQuery):
    """Filters and sort of the invitations."""

    member_state: Alpha3 | None = None
    status: InvitationStatus | None = None
    sort: Literal["member_state", "-member_state"] = "member_state"
