"""Requests and responses about strategies."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field

from services.assessment.strategies.models import (
    ELEMENTS,
    Party,
    StrategyElement,
    StrategyKind,
    StrategyStatus,
)
from services.assessment.strategies.rules import missing_elements
from shared.database import ListQuery
from shared.reference import Alpha3

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Elements = Annotated[
    list[StrategyElement],
    Field(
        max_length=len(ELEMENTS),
        description="; ".join(f"`{element}`: {words}" for element, words in ELEMENTS.items()),
    ),
]


class StrategyCreate(BaseModel):
    """What is known of a State's strategy, or that none is known."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    confidential: bool = Field(default=False, description="At the State's request (¶23)")
    title: Name
    kind: StrategyKind
    regional_body: Name | None = Field(None, description="Of a regional strategy")
    status: StrategyStatus
    adopted_on: date | None = None
    reviewed_on: date | None = None
    valid_until: date | None = None
    elements: Elements = []
    mechanism: Words = Field("", description="How it is implemented (¶16)")
    source: Reason = Field(description="Where this is known from")


class StrategyUpdate(BaseModel):
    """What to change or correct; what is left out stays, and null empties what may be empty."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(description="Why it is changed; kept in its history")
    confidential: bool | None = None
    title: Name | None = None
    kind: StrategyKind | None = None
    regional_body: Name | None = None
    status: StrategyStatus | None = None
    adopted_on: date | None = None
    reviewed_on: date | None = None
    valid_until: date | None = None
    elements: Elements | None = None
    mechanism: Words | None = None
    source: Reason | None = None


class StrategyRead(BaseModel):
    """What is known of a State's strategy."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    confidential: bool
    title: str
    kind: StrategyKind
    regional_body: str | None
    status: StrategyStatus
    adopted_on: date | None
    reviewed_on: date | None
    valid_until: date | None
    elements: list[StrategyElement]
    mechanism: str
    source: str

    @computed_field(description="What it lacks to be comprehensive and integrated (¶16, ¶17)")
    def missing(self) -> list[StrategyElement]:
        """The elements that are not present."""
        return [StrategyElement(name) for name in missing_elements(self.elements, ELEMENTS)]


class StrategyQuery(ListQuery):
    """Filters and sort of the strategies."""

    member_state: Alpha3 | None = None
    kind: StrategyKind | None = None
    status: StrategyStatus | None = None
    has: StrategyElement | None = Field(None, description="Those with this element")
    lacks: StrategyElement | None = Field(None, description="Those without this element")
    valid_until_before: date | None = Field(None, description="Those that end before this day")
    sort: Literal[
        "member_state", "-member_state", "created_at", "-created_at", "updated_at", "-updated_at"
    ] = "member_state"


class ChangeRead(BaseModel):
    """One change of what is known of a strategy."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    party: Party
    changed_by: str
    changed_at: datetime = Field(validation_alias="created_at")
    reason: str
    before: dict[str, Any] = Field(description="Of each field that changed; empty at first")
    after: dict[str, Any]


class AdviceCreate(BaseModel):
    """Advice that CTED gave on a strategy (¶17)."""

    model_config = ConfigDict(extra="forbid")

    requested_by: Name = Field(description="The State or organization that asked for it")
    given_on: date
    partners: list[Name] = Field([], max_length=50, examples=[["OCT", "UNODC", "UNDP"]])
    text: Annotated[Words, Field(min_length=3)]


class AdviceRead(BaseModel):
    """Advice that CTED gave on a strategy, with whom."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    strategy_id: UUID
    requested_by: str
    given_on: date
    partners: list[str]
    text: str
    recorded_by: str
