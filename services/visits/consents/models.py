"""Requests for consent as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class ConsentStatus(StrEnum):
    """How a State stands to the request."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    GIVEN = "given"
    DECLINED = "declined"


class Consent(StateRecord):
    """A request for a State's consent to a visit, and the State's answer."""

    __tablename__ = "consents"

    visit_list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_lists.id"), index=True)
    requested_on: Mapped[date]
    answer_due_on: Mapped[date]
    status: Mapped[ConsentStatus] = mapped_column(index=True)
    answered_on: Mapped[date | None]
    conditions: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
