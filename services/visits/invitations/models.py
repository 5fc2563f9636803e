"""Requests for invitations as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class RequestStatus(StrEnum):
    """What became of a request."""

    REQUESTED = "requested"
    ISSUED = "issued"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class InvitationRequest(StateRecord):
    """Senior officials of an assessed State, to be invited to a meeting (¶8)."""

    __tablename__ = "invitation_requests"
    __table_args__ = (Index("ix_invitation_requests_created_at", "created_at", "id"),)

    meeting_id: Mapped[UUID] = mapped_column(index=True)
    """As the notifications service knows it."""
    officials: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[RequestStatus] = mapped_column(index=True)
    requested_by: Mapped[str]
    requested_on: Mapped[date]
    invitation_id: Mapped[UUID | None]
    meeting: Mapped[str | None]
    held_on: Mapped[date | None]
    refused_because: Mapped[str | None] = mapped_column(Text)
    answered_on: Mapped[date | None]
