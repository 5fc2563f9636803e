"""Requests and responses about whom to visit."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from services.visits.policies.schemas import PolicyName, VersionNumber, Weights
from services.visits.ranking.models import VisitRequestStatus
from services.visits.ranking.rules import Policy, Rank
from shared.database import ListQuery
from shared.reference import Alpha3, RegionName
from shared.texts import Reason

StoredDate = Annotated[
    date,
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""Stays JSON when it is dumped: an annual list keeps the ranks of its States."""
ALL_STATES = 193
FIRST = 20
"""How many States count as the first, unless the caller says: about as many as are visited a
year. The project's own number."""
First = Annotated[
    int, Field(ge=1, le=ALL_STATES, description="How many States count as the first of the ranking")
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
    status: VisitRequestStatus
    closed_on: date | None = Field(description="When it was withdrawn, or met by a visit")
    confidential: bool


class VisitRequestQuery(ListQuery):
    """Filters and sort of the requests."""

    member_state: Alpha3 | None = None
    status: VisitRequestStatus | None = None
    sort: Literal["requested_on", "-requested_on"] = "-requested_on"


class PastVisitCreate(BaseModel):
    """A visit of the years before this system."""

    model_config = ConfigDict(extra="forbid")

    member_state: Alpha3
    visited_on: date = Field(
        ge=date(2001, 9, 28), description="From resolution 1373 (2001) on, and before today"
    )


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
    count: int = Field(0, description="How many gaps, trends, requests, ... it rests on")
    data_as_of: StoredDate | None = Field(
        None, description="The date of the latest of them; null if nothing is known"
    )
    age_days: int | None = Field(None, description="How old that is on the day of the ranking")

    def __str__(self) -> str:
        return f"{self.factor} {self.contribution:.3f} ({self.because})"


class RankRead(BaseModel):
    """A State's place among all States, with what put it there."""

    model_config = ConfigDict(from_attributes=True)

    position: int
    member_state: str
    score: float
    factors: list[ContributionRead]


class PolicyRead(BaseModel):
    """The weights that a ranking was computed with; name and version are null if unsaved."""

    model_config = ConfigDict(from_attributes=True)

    name: str | None
    version: int | None
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


class UnderPolicy(BaseModel):
    """Which weights to rank with: by default those in force."""

    policy: PolicyName | None = Field(None, description="Left out: the policy in force")
    version: VersionNumber | None = Field(
        None, description="Left out: the latest version of `policy`"
    )


class RankingQuery(UnderPolicy):
    """Narrows the ranking; positions stay those among all States."""

    model_config = ConfigDict(extra="forbid")

    region: RegionName | None = None
    limit: int = Field(ALL_STATES, ge=1, le=ALL_STATES)


class RankedStateQuery(UnderPolicy, ListQuery):
    """Filters and sort of the ranked States; positions stay those among all States."""

    region: RegionName | None = None
    sort: Literal["position", "-position"] = "position"


class WhatIf(BaseModel):
    """Weights to rank with once, without saving them."""

    model_config = ConfigDict(extra="forbid")

    weights: Weights
    first: First = FIRST


class MoveRead(BaseModel):
    """A State whose place differs."""

    model_config = ConfigDict(from_attributes=True)

    member_state: str
    position_before: int
    position_after: int
    places: int = Field(description="How many it went up; negative: down")
    score_before: float
    score_after: float


class ComparisonRead(BaseModel):
    """What differs from the ranking under one policy to the ranking under another."""

    computed_on: date
    before: PolicyRead
    after: PolicyRead
    first: int
    kendall_tau: float = Field(description="1: the same order; -1: the reverse")
    entering: list[str] = Field(description="Among the first after, and not before")
    leaving: list[str] = Field(description="Among the first before, and not after")
    moves: list[MoveRead] = Field(description="Those that move furthest first")


class ComparisonQuery(UnderPolicy):
    """Which two policies to compare; by default from the one in force."""

    model_config = ConfigDict(extra="forbid")

    with_policy: PolicyName | None = Field(None, description="Left out: the policy in force")
    with_version: VersionNumber | None = Field(
        None, description="Left out: the latest version of `with_policy`"
    )
    first: First = FIRST


class WhatIfRead(BaseModel):
    """The ranking under the weights that were sent, and its difference to the one in force."""

    ranking: RankingRead
    difference: ComparisonRead


class SensitivityQuery(UnderPolicy):
    """How far and how often the weights are varied."""

    model_config = ConfigDict(extra="forbid")

    first: First = FIRST
    spread: float = Field(
        0.25,
        gt=0,
        le=2,
        description="Standard deviation of the logarithm of each weight: with 0.25, two in three "
        "draws of a weight are within a factor of 1.28",
    )
    draws: int = Field(10_000, ge=100, le=100_000)
    seed: int = Field(1373, ge=0, le=2**63 - 1, description="The same seed, the same draws")


class SteadinessRead(BaseModel):
    """Where a State comes out when the weights vary."""

    model_config = ConfigDict(from_attributes=True)

    member_state: str
    position: int = Field(description="Under the weights as they are")
    share_in_first: float = Field(description="Of the draws, those that have it among the first")
    p5: int = Field(description="The position that 5 in 100 draws do not exceed")
    p50: int
    p95: int


class SensitivityRead(BaseModel):
    """How much of the ranking hangs on the weights."""

    computed_on: date
    policy: PolicyRead
    first: int
    spread: float
    draws: int
    seed: int
    states: list[SteadinessRead]
