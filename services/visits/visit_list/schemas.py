"""Requests and responses about the annual list."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from services.visits.ranking.schemas import RankRead
from services.visits.visit_list.models import (
    ListAct,
    VisitList,
    VisitListState,
    VisitListStatus,
)
from services.visits.visit_list.rules import LONGEST_LIST
from shared.database import HistoryQuery, ListQuery
from shared.reference import Alpha3
from shared.texts import Reason

States = Annotated[list[Alpha3], Field(min_length=1, max_length=LONGEST_LIST)]
Symbol = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    Field(description="Of the document that records the decision"),
]


class VisitListCreate(BaseModel):
    """A list to draft: the first `size` of the ranking, named States, or those of a proposal."""

    model_config = ConfigDict(extra="forbid")

    year: int = Field(ge=2000, le=9999, examples=[2020])
    size: int | None = Field(None, ge=1, le=LONGEST_LIST)
    member_states: States | None = None
    proposal_id: UUID | None = Field(None, description="Of /v1/list-proposals, for the same year")


class VisitListUpdate(BaseModel):
    """The States of a draft, all of them, and why they are others than before."""

    model_config = ConfigDict(extra="forbid")

    member_states: States
    reason: Reason


class ListReturn(BaseModel):
    """What the Committee asks to be changed before it adopts the list."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Adoption(BaseModel):
    """Where the Committee's decision to adopt is recorded."""

    model_config = ConfigDict(extra="forbid")

    symbol: Symbol | None = None


class VisitListRead(BaseModel):
    """A year's list; each entry keeps the rank of the day on which it came on the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    year: int
    status: VisitListStatus
    member_states: list[str]
    entries: list[RankRead]
    proposal_id: UUID | None = Field(description="The proposed list that it was drafted from")
    submitted_on: date | None
    adopted_on: date | None

    @classmethod
    def at(cls, visit_list: VisitList, state: VisitListState) -> Self:
        """The public form of a list as it was in a state."""
        return cls(
            id=visit_list.id,
            version=state.list_version,
            year=visit_list.year,
            status=state.status,
            member_states=state.member_states,
            proposal_id=visit_list.proposal_id,
            entries=[RankRead.model_validate(entry) for entry in state.entries],
            submitted_on=state.submitted_on,
            adopted_on=state.adopted_on,
        )


class VisitListQuery(ListQuery):
    """Filters and sort of the lists."""

    year: int | None = None
    status: VisitListStatus | None = None
    sort: Literal["year", "-year"] = "-year"


class PastQuery(BaseModel):
    """The day whose state is wanted."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = Field(None, description="As the list was at the end of that day")


class ListStateRead(BaseModel):
    """An act upon a list and what it left, without the grounds of each State."""

    model_config = ConfigDict(from_attributes=True)

    visit_list_id: UUID
    list_version: int
    act: ListAct
    status: VisitListStatus
    member_states: list[str]
    added: list[str]
    removed: list[str]
    reason: str
    symbol: str | None
    acted_on: date
    acted_by: str


class ListStateQuery(HistoryQuery):
    """Filters and sort of a list's states."""

    act: ListAct | None = None


class DifferenceQuery(BaseModel):
    """The two states to compare, each by a day or a version; without a second, the present one."""

    model_config = ConfigDict(extra="forbid")

    from_on: date | None = None
    from_version: int | None = Field(None, ge=1, le=1_000_000)
    to_on: date | None = None
    to_version: int | None = Field(None, ge=1, le=1_000_000)


class RerankedRead(BaseModel):
    """A State on both lists that came on them with different ranks."""

    model_config = ConfigDict(from_attributes=True)

    member_state: str
    before: int
    after: int


class DifferenceRead(BaseModel):
    """How a list differs from an earlier state of it, and each act in between."""

    model_config = ConfigDict(from_attributes=True)

    from_version: int
    to_version: int
    status_before: VisitListStatus
    status_after: VisitListStatus
    added: list[str]
    removed: list[str]
    reranked: list[RerankedRead]
    acts: list[ListStateRead]


class ChangeCreate(BaseModel):
    """The Committee's decision to change an adopted list."""

    model_config = ConfigDict(extra="forbid")

    added: list[Alpha3] = Field(default=[], max_length=LONGEST_LIST)
    removed: list[Alpha3] = Field(default=[], max_length=LONGEST_LIST)
    reason: Reason
    symbol: Symbol | None = None


class ChangeRead(BaseModel):
    """A decision that changed an adopted list, and what it meant for consents."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    visit_list_id: UUID
    list_version: int = Field(description="Of the list as the decision left it")
    added: list[str]
    removed: list[str]
    reason: str
    symbol: str | None
    decided_on: date = Field(validation_alias=AliasChoices("acted_on", "decided_on"))
    decided_by: str = Field(validation_alias=AliasChoices("acted_by", "decided_by"))
    consents_withdrawn: list[UUID] = Field(
        description="Unanswered requests to removed States, which have ended"
    )
    consents_kept: list[UUID] = Field(
        description="Consents of removed States: they stand, but no visit is scheduled on them "
        "unless the State is added again"
    )


class ListingQuery(ListQuery):
    """Whose standing is wanted, its filters and sort; a State is told its own alone."""

    member_state: Alpha3 | None = Field(None, description="Needed from all but States")
    year: int | None = None
    listed: bool | None = None
    sort: Literal["year", "-year"] = "-year"


class ListingStep(BaseModel):
    """A decision of the Committee that put a State on an adopted list or took it off."""

    model_config = ConfigDict(from_attributes=True)

    decided_on: date = Field(validation_alias=AliasChoices("acted_on", "decided_on"))
    listed: bool
    decision_id: UUID = Field(validation_alias=AliasChoices("id", "decision_id"))
    symbol: str | None


class ListingRead(BaseModel):
    """How a State stands to one year's adopted list.

    The reasons are not told here: they may be about other States too.
    """

    member_state: str
    year: int
    visit_list_id: UUID
    listed: bool
    since: date | None = Field(description="When it came on or off; null if it never was on it")
    decisions: list[ListingStep]
