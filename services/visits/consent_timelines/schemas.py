"""Responses about timelines of consent."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.visits.consent_timelines.models import MomentKind
from shared.database import ListQuery


class MomentRead(BaseModel):
    """Something that happened on the way to a visit."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    member_state: str
    happened_on: date
    kind: MomentKind
    text: str
    words: str = Field(description="The reason, note or conditions that a party wrote")
    record: str = Field(description="Where to read on")
    confidential: bool


class TimelineQuery(ListQuery):
    """Filters and sort of a timeline."""

    kind: list[MomentKind] = Field(default=[], max_length=len(MomentKind))
    since: date | None = None
    until: date | None = None
    sort: Literal["happened_on", "-happened_on"] = "happened_on"
