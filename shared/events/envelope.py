"""The CloudEvents 1.0 envelope, in its structured JSON form."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from uuid6 import uuid7

from shared.events.event import Event
from shared.telemetry import current_correlation_id, current_traceparent

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class Envelope(BaseModel):
    """One event on the wire, with the ids that join it to its cause."""

    model_config = ConfigDict(extra="allow", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str = Field(min_length=1)
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    @classmethod
    def around(cls, event: Event, service: str, time: datetime) -> Self:
        """Wrap `event`, published by `service` at `time`, with the present trace."""
        return cls(
            id=UUID(int=uuid7().int),
            source=f"/ctc/{service}",
            type=event.type,
            subject=event.subject,
            time=time,
            correlationid=current_correlation_id(),
            traceparent=current_traceparent(),
            data=event.model_dump(mode="json"),
        )
