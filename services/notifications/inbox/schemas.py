"""Requests and responses about messages."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.notifications.inbox.models import Message
from shared.database import ListQuery
from shared.reference import Alpha3


class MessageRead(BaseModel):
    """What the caller is told of one event."""

    id: UUID
    event_id: UUID
    event_type: str = Field(examples=["org.un.ctc.visits.report-submitted.v1"])
    member_state: str | None
    title: str
    about: dict[str, UUID] = Field(description="The ids of what the event is about")
    occurred_at: datetime
    read: bool = Field(description="Whether the caller has marked it as read")

    @classmethod
    def of(cls, message: Message, *, read: bool) -> "MessageRead":
        """The message as this reader sees it."""
        return cls(
            id=message.id,
            event_id=message.event_id,
            event_type=message.event_type,
            member_state=message.member_state,
            title=message.title,
            about={name: UUID(value) for name, value in message.about.items()},
            occurred_at=message.occurred_at,
            read=read,
        )


class MessageQuery(ListQuery):
    """Filters and sort of the messages."""

    event_type: str | None = None
    member_state: Alpha3 | None = None
    unread: bool | None = None
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"
