"""Requests and responses about the annual list."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.visits.ranking.schemas import RankRead, Reason
from services.visits.visit_list.models import VisitListStatus
from services.visits.visit_list.rules import LONGEST_LIST
from shared.database import ListQuery
from shared.reference import Alpha3

States = Annotated[list[Alpha3], Field(min_length=1, max_length=LONGEST_LIST)]


class VisitListCreate(BaseModel):
    """A list to draft: the first `size` States of the ranking, or the named States."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=9999, examples=[2020])
    size: int | None = Field(None, ge=1, le=LONGEST_LIST)
    member_states: States | None = None


class VisitListUpdate(BaseModel):
    """The States of a draft, all of them."""

    model_config = ConfigDict(extra="forbid")

    member_states: States


class VisitListRead(BaseModel):
    """A year's list; each entry keeps the rank of the day on which it came on the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    year: int
    status: VisitListStatus
    member_states: list[str]
    entries: list[RankRead]
    adopted_on: date | None


class VisitListQuery(ListQuery):
    """Filters and sort of the lists."""

    year: int | None = None
    status: VisitListStatus | None = None
    sort: Literal["year", "-year"] = "-year"


class ChangeCreate(BaseModel):
    """The Committee's decision to change an adopted list."""

    model_config = ConfigDict(extra="forbid")

    added: list[Alpha3] = Field(default=[], max_length=LONGEST_LIST)
    removed: list[Alpha3] = Field(default=[], max_length=LONGEST_LIST)
    reason: Reason


class ChangeRead(BaseModel):
    """A decision that changed an adopted list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    visit_list_id: UUID
    added: list[str]
    removed: list[str]
    reason: str
    decided_on: date
    decided_by: str
