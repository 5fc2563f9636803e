"""Requests and responses about whom to visit."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.visits.ranking.rules import Policy, Rank
from shared.database import ListQuery
from shared.reference import Alpha3, member_states

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


def _known_region(value: str) -> str:
    regions = sorted({state.region for state in member_states().values()})
    if value not in regions:
        raise ValueError(f"{value!r} is no UN M49 region; send one of {', '.join(regions)}")
    return value


Region = Annotated[
    str, AfterValidator(_known_region), Field(description="UN M49 region", examples=["Africa"])
]


class VisitRequestCreate(BaseModel):
    """A State's request to be visited."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    reason: Reason
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class VisitRequestRead(BaseModel):
    """A State's request to be visited, and when it was made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    reason: str
    requested_on: date
    confidential: bool


class VisitRequestQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    sort: Literal["requested_on", "-requested_on"] = "-requested_on"


class PastVisitCreate(BaseModel):
    """A visit of the years before this system."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    visited_on: date


class PastVisitRead(BaseModel):
    """A visit that took place; `mission_id` is null if it was entered by hand."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    member_state: str
    visited_on: date
    mission_id: UUID | None


class PastVisitQuery(ListQuery):
    """Filters and sort of the past visits."""

    member_state: Alpha3 | None = None
    sort: Literal["visited_on", "-visited_on"] = "-visited_on"


class ContributionRead(BaseModel):
    """What one factor adds to a State's score, and the data that it rests on."""

    model_config = ConfigDict(from_attributes=True)

    factor: str
    value: float = Field(description="0 (no reason to visit) to 1")
    weight: float
    contribution: float = Field(description="Value times weight, over the sum of the weights")
    because: str


class RankRead(BaseModel):
    """A State's place among all States, with what put it there."""

    model_config = ConfigDict(from_attributes=True)

    position: int
    member_state: str
    score: float
    factors: list[ContributionRead]


class PolicyRead(BaseModel):
    """The weights that a ranking was computed with, by name and version."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    version: int
    weights: dict[str, float]


class RankingRead(BaseModel):
    """All Member States, those with most reason for a visit first."""

    computed_on: date
    policy: PolicyRead
    ranks: list[RankRead]

    @classmethod
    def of(cls, ranks: list[Rank], policy: Policy, on: date) -> Self:
        """The public form of a ranking."""
        return cls(
            computed_on=on,
            policy=PolicyRead.model_validate(policy),
            ranks=[RankRead.model_validate(rank) for rank in ranks],
        )


class StandingRead(RankRead):
    """One State's place in the ranking of a date."""

    computed_on: date
    policy: PolicyRead

    @classmethod
    def of(cls, rank: Rank, policy: Policy, on: date) -> Self:
        """The public form of one State's rank."""
        placed = RankRead.model_validate(rank).model_dump()
        return cls(**placed, computed_on=on, policy=PolicyRead.model_validate(policy))


class RankingQuery(BaseModel):
    """Narrows the ranking; positions stay those among all States."""

    model_config = ConfigDict(extra="forbid")

    region: Region | None = None
    limit: int = Field(193, ge=1, le=193)
