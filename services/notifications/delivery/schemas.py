"""Responses about deliveries."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from services.notifications.delivery.models import DeliveryStatus
from shared.database import ListQuery


class DeliveryRead(BaseModel):
    """One event for one webhook."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="The webhook-id of every attempt and replay")
    subscription_id: UUID
    event_id: UUID
    event_type: str = Field(validation_alias=AliasPath("event", "type"))
    member_state: str | None = Field(validation_alias=AliasPath("event", "member_state"))
    status: DeliveryStatus
    attempts: int
    planned_at: datetime
    next_attempt_at: datetime
    finished_at: datetime | None
    last_status: int | None = Field(description="HTTP status of the last answer")
    last_error: str | None


class AttemptRead(BaseModel):
    """One request and its answer."""

    model_config = ConfigDict(from_attributes=True)

    attempted_at: datetime
    status: int | None
    error: str | None
    response: str = Field(description="The first bytes of the answer")
    milliseconds: int


class DeliveryDetail(DeliveryRead):
    """A delivery with its attempts, oldest first."""

    log: list[AttemptRead]


class DeliveryQuery(ListQuery):
    """Filters and sort of the deliveries."""

    subscription_id: UUID | None = None
    status: DeliveryStatus | None = None
    sort: Literal["planned_at", "-planned_at"] = "-planned_at"
