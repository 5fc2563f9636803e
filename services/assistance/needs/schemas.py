"""Requests and responses about needs."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assistance.needs.models import NeedKind, NeedSource, NeedStatus, Priority
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode


class NeedCreate(BaseModel):
    """A need to open by hand."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    theme: ThemeCode
    resolutions: list[ResolutionNumber] = Field(min_length=1, max_length=50)
    kind: NeedKind
    title: str = Field(min_length=3, max_length=200)
    priority: Priority
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class NeedWithdrawal(BaseModel):
    """Why the help is no longer needed."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=2000)


class NeedRead(BaseModel):
    """Technical assistance that a State needs."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    confidential: bool
    recommendation_id: UUID | None
    source: NeedSource
    theme: str
    resolutions: list[int]
    kind: NeedKind | None = Field(description="Null where what opened the need does not say")
    title: str
    priority: Priority
    status: NeedStatus
    opened_on: date
    withdrawn_because: str | None


class NeedDetail(NeedRead):
    """A need, with why nobody meets it yet."""

    unmet_because: str | None = Field(None, description="In plain words, while the need is open")


class NeedQuery(ListQuery):
    """Filters and sort of the needs."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    status: NeedStatus | None = None
    priority: Priority | None = None
    recommendation_id: UUID | None = None
    sort: Literal["opened_on", "-opened_on", "created_at", "-created_at"] = "-created_at"
