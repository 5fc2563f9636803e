"""Requests and responses about ranking policies."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import Path
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from services.visits.policies.models import PolicyVersion
from services.visits.ranking.factors import FACTORS
from services.visits.ranking.rules import Policy
from shared.database import ListQuery
from shared.texts import Reason

MOST_WEIGHTS = 50
"""More than there are factors, so that what is wrong with a few too many can be said of each."""
MOST_VERSIONS = 2**31 - 1
"""What the database can count."""

PolicyName = Annotated[
    str,
    StringConstraints(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60),
    Field(examples=["risk-based"]),
]
VersionNumber = Annotated[int, Field(ge=1, le=MOST_VERSIONS)]
NumberInPath = Annotated[int, Path(ge=1, le=MOST_VERSIONS)]
Weights = Annotated[
    dict[str, float],
    Field(
        max_length=MOST_WEIGHTS,
        description="How much each factor weighs, 0 or more; only proportions matter, and a factor "
        "left out weighs nothing. The factors, each from 0 to 1: "
        + "; ".join(f"`{name}`, {scale}" for name, scale in FACTORS.items())
        + ".",
        examples=[{"gaps": 3, "trends": 1, "never_visited": 2}],
    ),
]


class VersionCreate(BaseModel):
    """The weights that a policy is to have from now on, all of them."""

    model_config = ConfigDict(extra="forbid")

    weights: Weights
    reason: Reason


class PolicyCreate(VersionCreate):
    """A new policy under a name of its own."""

    name: PolicyName


class PolicyVersionRead(BaseModel):
    """A version of a policy; it never changes."""

    name: str
    version: int
    weights: dict[str, float]
    reason: str
    saved_by: str
    saved_on: date
    in_force: bool = Field(description="Whether States are ranked with it now")

    @classmethod
    def of(cls, saved: PolicyVersion, in_force: Policy) -> Self:
        """The public form of a version."""
        return cls(
            name=saved.name,
            version=saved.number,
            weights=saved.weights,
            reason=saved.reason,
            saved_by=saved.saved_by,
            saved_on=saved.saved_on,
            in_force=(saved.name, saved.number) == (in_force.name, in_force.version),
        )


class PolicyQuery(ListQuery):
    """Sort of the policies."""

    sort: Literal["name", "-name"] = "name"


class VersionQuery(ListQuery):
    """Sort of a policy's versions."""

    sort: Literal["version", "-version"] = "-version"


class EntryCreate(BaseModel):
    """Why a version is put in force."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class EntryRead(BaseModel):
    """The decision that put a version in force; it holds until the next one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    version: int = Field(validation_alias=AliasChoices("number", "version"))
    reason: str
    decided_by: str
    decided_on: date


class EntryQuery(ListQuery):
    """Filter and sort of the decisions."""

    name: PolicyName | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"
