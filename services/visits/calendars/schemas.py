"""Requests and responses about calendar feeds."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.clock import PlannedDay
from shared.database import ListQuery


class CalendarFeedCreate(BaseModel):
    """What a calendar program is to show, and until when."""

    model_config = ConfigDict(extra="forbid")

    mission_id: UUID | None = Field(None, description="One visit; without, the caller's own visits")
    expires_on: PlannedDay = Field(description="The last day; 400 days from now at most")


class CalendarFeedRead(BaseModel):
    """A feed, without its secret address."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    owner: str
    mission_id: UUID | None
    created_at: datetime
    expires_on: date
    revoked_at: datetime | None


class CalendarFeedIssued(CalendarFeedRead):
    """A new feed, with the address that is shown this once."""

    address: str = Field(description="The path to subscribe to; whoever has it reads the calendar")


class CalendarFeedQuery(ListQuery):
    """Filters and sort of the feeds."""

    mission_id: UUID | None = None
    revoked: bool | None = None
    sort: Literal["created_at", "-created_at", "expires_on", "-expires_on"] = "-created_at"
