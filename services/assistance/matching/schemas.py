"""Requests and responses about matches and duplications."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assistance.matching.models import MatchStatus
from shared.clock import PlannedDay
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode


class Acceptance(BaseModel):
    """What the provider commits to."""

    model_config = ConfigDict(extra="forbid")

    starts_on: date
    ends_on: PlannedDay
    budget_usd: int | None = Field(None, gt=0, le=10**12, description="In whole US dollars")


class Decline(BaseModel):
    """Why the provider does not take it up; published with the match unless confidential."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=2000)


class MatchRead(BaseModel):
    """A provider proposed for a need."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    need_id: UUID
    offer_id: UUID
    organisation: str
    member_state: str
    theme: str
    confidential: bool
    status: MatchStatus
    because: str = Field(description="Why this provider, and who comes next")
    proposed_on: date
    answer_due_on: date
    ended_on: date | None = Field(description="When it was accepted or ended otherwise")
    reason: str | None = Field(description="Why it ended without a project")
    project_id: UUID | None


class MatchQuery(ListQuery):
    """Filters and sort of the matches."""

    need_id: UUID | None = None
    status: MatchStatus | None = None
    organisation: str | None = Field(None, max_length=100)
    sort: Literal["proposed_on", "-proposed_on", "answer_due_on", "-answer_due_on"] = "-proposed_on"


class DuplicationRead(BaseModel):
    """A need proposed to a provider while a project does the same for the State (¶17)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    need_id: UUID
    project_id: UUID
    member_state: str
    theme: str
    confidential: bool
    flagged_on: date


class DuplicationQuery(ListQuery):
    """Filters and sort of the duplications."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    need_id: UUID | None = None
    project_id: UUID | None = None
    sort: Literal["flagged_on", "-flagged_on"] = "-flagged_on"
