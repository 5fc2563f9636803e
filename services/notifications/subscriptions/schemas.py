"""Requests and responses about subscriptions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from shared.database import ListQuery
from shared.reference import Alpha3, ThemeCode

Url = Annotated[str, Field(examples=["https://example.org/hooks/ctc"])]
Types = Annotated[list[str], Field(max_length=200, description="Exact types; empty for all")]
States = Annotated[
    list[Alpha3], Field(max_length=200, description="Only events about these; empty for all")
]
Themes = Annotated[
    list[ThemeCode], Field(max_length=100, description="Only events about these; empty for all")
]


class SubscriptionCreate(BaseModel):
    """A webhook to register."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    event_types: Types = []
    member_states: States = []
    themes: Themes = []


class SubscriptionChange(BaseModel):
    """What to change of a webhook; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    event_types: Types | None = None
    member_states: States | None = None
    themes: Themes | None = None
    paused: bool | None = Field(None, description="While paused nothing is sent; replay later")

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, values: object) -> object:
        if isinstance(values, dict) and (empty := [k for k, v in values.items() if v is None]):
            raise ValueError(f"leave out what stays as it is, rather than null: {empty}")
        return values


class SubscriptionRead(BaseModel):
    """A webhook, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    owner: str
    roles: list[str] = Field(description="With the claims below: what it may receive")
    member_state: str | None
    organisation: str | None
    url: str
    event_types: list[str]
    member_states: list[str]
    themes: list[str]
    paused: bool
    pause_reason: str | None
    created_at: datetime


class SubscriptionCreated(SubscriptionRead):
    """A new webhook, with the secret that is told this once."""

    secret: str = Field(description="Of Standard Webhooks; not shown again", examples=["whsec_…"])


class SecretRotated(BaseModel):
    """The new secret, told this once."""

    secret: str
    previous_secret_until: datetime = Field(description="Until then both secrets sign")


class Replay(BaseModel):
    """From when on to deliver again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime


class Replayed(BaseModel):
    """How many events will be delivered again."""

    deliveries: int


class SubscriptionQuery(ListQuery):
    """Filters and sort of the subscriptions."""

    paused: bool | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
