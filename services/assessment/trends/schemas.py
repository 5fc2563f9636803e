"""Requests and responses about trends."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.assessment.gaps.models import Severity
from services.assessment.trends.models import SourceKind, TrendKind, TrendStatus
from shared.database import ListQuery
from shared.reference import Alpha3, M49Area, ResolutionNumber, ThemeCode

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=20_000)]
Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
States = Annotated[
    list[Alpha3], Field(max_length=193, description="Beside those of the regions that are named")
]
Regions = Annotated[
    list[M49Area], Field(max_length=40, description="It bears on every Member State of them")
]
Resolutions = Annotated[list[ResolutionNumber], Field(max_length=50)]


class TrendCreate(BaseModel):
    """A trend, emerging issue or event; it bears on the States named and those of the regions."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    description: Words
    kind: TrendKind
    theme: ThemeCode
    resolutions: Resolutions = []
    regions: Regions = []
    member_states: States = []
    severity: Severity
    source_kind: SourceKind = Field(description="With whom it was identified (¶26)")
    source_reference: Reference = Field(description="A document symbol, an address or words")
    observed_from: date
    observed_until: date | None = Field(None, description="Null while it is still observed")


class TrendUpdate(BaseModel):
    """What to revise; what is left out stays, but States and regions are sent together."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    description: Words | None = None
    kind: TrendKind | None = None
    theme: ThemeCode | None = None
    resolutions: Resolutions | None = None
    regions: Regions | None = None
    member_states: States | None = None
    severity: Severity | None = None
    source_kind: SourceKind | None = None
    source_reference: Reference | None = None
    observed_from: date | None = None
    observed_until: date | None = None


class Closure(BaseModel):
    """Why a trend no longer bears on whom to visit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reference


class TrendRead(BaseModel):
    """A trend, emerging issue or event."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    description: str
    kind: TrendKind
    theme: str
    resolutions: list[int]
    regions: list[str]
    member_states: list[str] = Field(description="Every State that it bears on")
    severity: Severity
    source_kind: SourceKind
    source_reference: str
    observed_from: date
    observed_until: date | None
    identified_on: date
    status: TrendStatus
    closed_on: date | None
    closed_because: str | None


class TrendQuery(ListQuery):
    """Filters and sort of the trends."""

    kind: TrendKind | None = None
    theme: ThemeCode | None = None
    severity: Severity | None = None
    source_kind: SourceKind | None = None
    status: TrendStatus | None = None
    member_state: Alpha3 | None = None
    region: M49Area | None = None
    resolution: ResolutionNumber | None = None
    observed_since: date | None = Field(None, description="Observed on this day or later")
    observed_before: date | None = Field(None, description="Observed before this day")
    sort: Literal[
        "identified_on",
        "-identified_on",
        "observed_from",
        "-observed_from",
        "severity",
        "-severity",
    ] = "-identified_on"
