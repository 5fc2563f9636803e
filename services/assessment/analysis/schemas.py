"""Requests and responses about trends and products."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.analysis.models import ProductStatus
from services.assessment.gaps.models import Severity
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode, member_states


class TrendCreate(BaseModel):
    """A trend or emerging issue; it bears on the States named and on those of the subregions."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=5, max_length=200)
    theme: ThemeCode
    member_states: list[Alpha3] = Field(default_factory=list, max_length=193)
    subregions: list[str] = Field(default_factory=list, examples=[["Western Africa"]])
    severity: Severity
    source: str = Field(min_length=3, max_length=2000)

    @model_validator(mode="after")
    def _bears_on_some_state(self) -> Self:
        known = {
            name
            for state in member_states().values()
            for name in (state.subregion, state.intermediate_region)
        }
        if unknown := sorted(set(self.subregions) - known):
            raise ValueError(f"no M49 subregion: {', '.join(unknown)}; see /v1/reference")
        if not self.member_states and not self.subregions:
            raise ValueError("name at least one of member_states or subregions")
        return self

    def states(self) -> list[str]:
        """Every State that the trend bears on, by alpha-3 code."""
        of_subregions = {
            state.alpha3
            for state in member_states().values()
            if {state.subregion, state.intermediate_region} & set(self.subregions)
        }
        return sorted(of_subregions | set(self.member_states))


class TrendRead(BaseModel):
    """A trend or emerging issue."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    theme: str
    member_states: list[str]
    severity: Severity
    source: str
    identified_on: date


class TrendQuery(ListQuery):
    """Filters and sort of the trends."""

    theme: ThemeCode | None = None
    severity: Severity | None = None
    sort: Literal["identified_on", "-identified_on"] = "-identified_on"


class ProductCreate(BaseModel):
    """An analytical product to draft."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=5, max_length=200)
    theme: ThemeCode
    text: str = Field(min_length=10, max_length=200_000)


class ProductRead(BaseModel):
    """An analytical product."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    theme: str
    text: str
    status: ProductStatus
    published_on: date | None


class ProductQuery(ListQuery):
    """Filters and sort of the products."""

    theme: ThemeCode | None = None
    status: ProductStatus | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
