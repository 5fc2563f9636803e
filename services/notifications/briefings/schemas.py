"""Requests and responses about briefings."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.notifications.briefings.models import BriefingStatus
from shared.database import ListQuery


class BriefingRead(BaseModel):
    """One occurrence of a recurring obligation."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    obligation: str
    title: str
    paragraph: int = Field(description="Of the annex of the work programme")
    owner: str = Field(description="The role that gives it")
    due_on: date
    status: BriefingStatus
    evidence: str
    delivered_on: date | None


class BriefingDelivery(BaseModel):
    """That it was given."""

    model_config = ConfigDict(extra="forbid")

    evidence: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)
    ] = Field(description="What shows it: a document symbol, a meeting record", examples=["S/PV.1"])


class BriefingQuery(ListQuery):
    """Filters and sort of the briefings."""

    status: BriefingStatus | None = None
    due_before: date | None = None
    sort: Literal["due_on", "-due_on"] = "due_on"
