"""Requests and responses about proposed lists."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.visits.policies.schemas import PolicyName, VersionNumber, Weights
from services.visits.proposals.explaining import ListDifference, Outcome
from services.visits.proposals.rules import Constraints
from services.visits.ranking.schemas import PolicyRead
from shared.database import ListQuery
from shared.reference import Alpha3

Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Weighing(BaseModel):
    """What States are ranked with: a saved policy, weights of one's own, or the policy in force."""

    model_config = ConfigDict(extra="forbid")

    weights: Weights | None = None
    policy: PolicyName | None = None
    policy_version: VersionNumber | None = Field(None, description="The latest if null")


class ListProposalCreate(Weighing):
    """A list to propose: the best by the ranking that keeps to the constraints."""

    year: int = Field(ge=2000, le=9999, examples=[2027])
    title: Title = ""
    constraints: Constraints


class ListProposalSummary(BaseModel):
    """A proposed list, without its reasons."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    year: int
    title: str
    proposed_on: date
    proposed_by: str
    policy: str | None = Field(description="Null: weights of the officer's own")
    policy_version: int | None
    member_states: list[str] = Field(description="By rank")
    total: float = Field(description="The sum of their scores")
    proven: bool = Field(description="Whether no list that keeps to the constraints has more")


class ListProposalRead(ListProposalSummary):
    """A proposed list with what it was made from and why it is as it is."""

    weights: dict[str, float]
    constraints: Constraints
    scores: dict[str, float] = Field(description="Every State's score on the day")
    outcome: Outcome


class ListProposalQuery(ListQuery):
    """Filters and sort of the proposed lists."""

    year: int | None = None
    member_state: Alpha3 | None = Field(None, description="On the proposed list")
    policy: PolicyName | None = None
    sort: Literal["created_at", "-created_at", "year", "-year"] = "-created_at"


class ListTrial(Weighing):
    """A change to try: of a proposed list, or of the policy in force and the number of visits."""

    proposal_id: UUID | None = None
    constraints: Constraints | None = None


class ListTrialRead(BaseModel):
    """What the change does to the list; both lists are made from what is known today."""

    computed_on: date
    policy_before: PolicyRead
    policy_after: PolicyRead
    constraints_before: Constraints
    constraints_after: Constraints
    difference: ListDifference
    before: Outcome
    after: Outcome
