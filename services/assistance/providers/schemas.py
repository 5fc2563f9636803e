"""Requests and responses about offers."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from services.assistance.providers.models import OfferStatus
from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode, member_states


def _known_region(value: str) -> str:
    regions = sorted({state.region for state in member_states().values()})
    if value not in regions:
        raise ValueError(f"{value!r} is no M49 region; send one of {', '.join(regions)}")
    return value


Region = Annotated[
    str, AfterValidator(_known_region), Field(description="M49 region", examples=["Africa"])
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", description="ISO 639-1", examples=["fr"])]
Title = Annotated[str, Field(min_length=3, max_length=200)]
Themes = Annotated[list[ThemeCode], Field(min_length=1, max_length=50)]
Regions = Annotated[list[Region], Field(max_length=10, description="Empty: every region")]
MemberStates = Annotated[
    list[Alpha3], Field(max_length=193, description="Empty: all of the regions")
]
Languages = Annotated[list[Language], Field(max_length=50)]
ParallelProjects = Annotated[int, Field(ge=1, le=1000)]


class OfferCreate(BaseModel):
    """What an organisation offers; until when it is willing and until when able are two facts."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    themes: Themes
    regions: Regions = []
    member_states: MemberStates = []
    languages: Languages = []
    parallel_projects: ParallelProjects
    willing_until: date
    able_until: date


class OfferChange(BaseModel):
    """What changes in an offer; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    themes: Themes | None = None
    regions: Regions | None = None
    member_states: MemberStates | None = None
    languages: Languages | None = None
    parallel_projects: ParallelProjects | None = None
    willing_until: date | None = None
    able_until: date | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _present(cls, value: object) -> object:
        if value is None:
            raise ValueError("null is no value here; leave the field out to keep it as it is")
        return value


class OfferRead(BaseModel):
    """What an organisation offers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    organisation: str
    title: str
    themes: list[str]
    regions: list[str]
    member_states: list[str]
    languages: list[str]
    parallel_projects: int
    willing_until: date
    able_until: date
    status: OfferStatus


class OfferQuery(ListQuery):
    """Filters and sort of the offers."""

    organisation: str | None = Field(None, max_length=100)
    theme: ThemeCode | None = None
    status: OfferStatus | None = None
    sort: Literal[
        "created_at", "-created_at", "organisation", "-organisation", "able_until", "-able_until"
    ] = "-created_at"
