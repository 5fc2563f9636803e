"""Requests and responses about consultations."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.consultations.models import ConsultationStatus, Sector
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class ConsultationCreate(BaseModel):
    """Whom the State wishes to have heard on its visit, and on what (¶7)."""

    model_config = ConfigDict(extra="forbid")

    sector: Sector
    experts: list[Words] = Field(
        min_length=1, max_length=50, description="The organisations or experts, by name"
    )
    topics: list[Words] = Field(min_length=1, max_length=50)


class ConsultationArrangement(BaseModel):
    """When and where the experts are heard."""

    model_config = ConfigDict(extra="forbid")

    meets_on: PlannedDay
    place: Words


class ConsultationParticipant(BaseModel):
    """Who took part in a meeting, for whom."""

    model_config = ConfigDict(extra="forbid")

    name: Words
    organisation: Words | None = None


class ConsultationMeeting(BaseModel):
    """A meeting that was held."""

    model_config = ConfigDict(extra="forbid")

    held_on: date
    participants: list[ConsultationParticipant] = Field(min_length=1, max_length=200)
    summary: Text = ""


class ConsultationWithdrawal(BaseModel):
    """Why the State no longer wishes that they be heard; it need not say."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(max_length=2000)] = ""


class ConsultationRead(BaseModel):
    """A consultation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    mission_id: UUID
    member_state: str
    confidential: bool
    sector: Sector
    experts: list[str]
    topics: list[str]
    status: ConsultationStatus
    requested_on: date
    requested_by: str
    meets_on: date | None
    place: str | None
    held_on: date | None
    participants: list[ConsultationParticipant]
    summary: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None


class ConsultationQuery(ListQuery):
    """Filters and sort of the consultations."""

    mission_id: UUID | None = None
    member_state: Alpha3 | None = None
    sector: Sector | None = None
    status: ConsultationStatus | None = None
    sort: Literal["requested_on", "-requested_on", "created_at", "-created_at"] = "-requested_on"
