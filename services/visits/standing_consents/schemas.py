"""Requests and responses about standing consents."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.visits.consents.schemas import Conditions, Remark, ValidUntil
from services.visits.missions.models import MissionKind
from services.visits.standing_consents.models import StandingConsentStatus
from shared.database import ListQuery
from shared.reference import Alpha3


class StandingConsentCreate(BaseModel):
    """A State's consent to the visits to come."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    visit_kinds: list[MissionKind] = Field(
        default=[], max_length=len(MissionKind), description="The only kinds it covers; all if none"
    )
    conditions: Conditions = []
    valid_until: ValidUntil = None
    document: Remark = Field("", description="The State's letter or note; needed from CTED")
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class StandingConsentRead(BaseModel):
    """A State's consent to the visits to come."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    status: StandingConsentStatus
    visit_kinds: list[MissionKind]
    conditions: list[str]
    document: str
    given_on: date
    valid_until: date | None
    ended_on: date | None
    ended_because: str
    confidential: bool


class StandingConsentQuery(ListQuery):
    """Filters and sort of the standing consents."""

    member_state: Alpha3 | None = None
    status: StandingConsentStatus | None = None
    sort: Literal["given_on", "-given_on"] = "-given_on"
