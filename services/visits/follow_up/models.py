"""Follow-ups as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class FollowUpStatus(StrEnum):
    """Where a follow-up is on its way."""

    OPEN = "open"
    DUE = "due"
    REPORTED = "reported"
    CONSIDERED = "considered"


class FollowUp(StateRecord):
    """What a State did about its recommendations after the report of a visit (¶9)."""

    __tablename__ = "follow_ups"

    report_id: Mapped[UUID] = mapped_column(unique=True)
    submitted_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    status: Mapped[FollowUpStatus] = mapped_column(index=True)
    steps: Mapped[list[dict[str, Any]]]
    reported_on: Mapped[date | None]
    activity: Mapped[str | None]
    activity_reason: Mapped[str | None] = mapped_column(Text)
    considered_on: Mapped[date | None]
