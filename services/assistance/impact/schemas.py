"""Responses about impact."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assistance.impact.rules import CAUTION
from shared.database import ListQuery, Page
from shared.reference import Alpha3, ThemeCode


class ImpactRead(BaseModel):
    """A project's theme before it started and at a later assessment."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    project_id: UUID
    assessment_id: UUID
    organisation: str
    member_state: str
    theme: str
    confidential: bool
    baseline_score: float | None = Field(description="0 to 1; null if unknown at the start")
    later_score: float
    change: float | None = Field(description="-1 to 1; null where the baseline is unknown")
    assessed_on: date


class Impacts(Page[ImpactRead]):
    """One page of impacts, with what they cannot show."""

    caution: str = CAUTION


class ImpactQuery(ListQuery):
    """Filters and sort of the impacts."""

    member_state: Alpha3 | None = None
    theme: ThemeCode | None = None
    organisation: str | None = Field(None, max_length=100)
    sort: Literal["assessed_on", "-assessed_on"] = "-assessed_on"
