"""Requests and responses about missions."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.missions.models import MissionKind, MissionStatus
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode


class TeamMember(BaseModel):
    """An officer who goes, and the State whose national the officer is."""

    model_config = ConfigDict(extra="forbid")

    officer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    member_state: Alpha3


Team = Annotated[list[TeamMember], Field(min_length=1, max_length=50)]


class MissionCreate(BaseModel):
    """A visit to schedule; the State is that of the consent."""

    model_config = ConfigDict(extra="forbid")

    consent_id: UUID
    kind: MissionKind
    starts_on: date
    ends_on: date
    resolutions: list[ResolutionNumber] = Field(min_length=1, max_length=50)
    themes: list[ThemeCode] = Field(default=[], max_length=50)
    team: Team


class MissionUpdate(BaseModel):
    """What changes of a scheduled visit; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    starts_on: date | None = None
    ends_on: date | None = None
    team: Team | None = None


class Cancellation(BaseModel):
    """Why a visit will not take place."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class MissionRead(BaseModel):
    """A visit."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    consent_id: UUID
    member_state: str
    kind: MissionKind
    status: MissionStatus
    starts_on: date
    ends_on: date
    resolutions: list[int]
    themes: list[str]
    team: list[TeamMember]
    confidential: bool
    completed_on: date | None
    report_due_on: date | None
    cancellation_reason: str | None
    consent_revoked_on: date | None = Field(
        description="Since when the State no longer consents: the visit is to be cancelled"
    )


class MissionQuery(ListQuery):
    """Filters and sort of the visits."""

    member_state: Alpha3 | None = None
    status: MissionStatus | None = None
    kind: MissionKind | None = None
    sort: Literal["starts_on", "-starts_on", "created_at", "-created_at"] = "-starts_on"
