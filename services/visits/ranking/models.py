"""What States asked for, answered and received, one row a fact."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base, StateRecord


class VisitRequestStatus(StrEnum):
    """Whether a State still waits for the visit that it asked for."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    MET = "met"


class VisitRequest(StateRecord):
    """A State's own request to be visited (¶6)."""

    __tablename__ = "visit_requests"
    __table_args__ = (Index("ix_visit_requests_requested_on", "requested_on", "id"),)

    reason: Mapped[str] = mapped_column(Text)
    requested_on: Mapped[date]
    status: Mapped[VisitRequestStatus] = mapped_column(index=True)
    closed_on: Mapped[date | None]
    """When it was withdrawn, or the day of the visit that met it."""


class PastVisit(StateRecord):
    """A visit that took place: entered for the years before, or by a completed mission."""

    __tablename__ = "past_visits"
    __table_args__ = (Index("ix_past_visits_visited_on", "visited_on", "id"),)

    visited_on: Mapped[date]
    mission_id: Mapped[UUID | None] = mapped_column(unique=True)


class ExpressedAnswer(StrEnum):
    """How a State answered a request for its consent."""

    GIVEN = "given"
    DECLINED = "declined"


class ExpressedConsent(Base):
    """What a State said of visits, asked or by itself (¶6: consent previously expressed)."""

    __tablename__ = "expressed_consents"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The request that it answers, or the standing consent."""
    member_state: Mapped[str] = mapped_column(index=True)
    answer: Mapped[ExpressedAnswer]
    answered_on: Mapped[date]
    standing: Mapped[bool]
    """Whether it holds for any visit until it ends."""
    ended_on: Mapped[date | None]
    """When it was revoked or expired."""


class ReturnVisit(Base):
    """Another visit that a follow-up showed to be needed (¶7, ¶9)."""

    __tablename__ = "return_visits"

    follow_up_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_state: Mapped[str] = mapped_column(index=True)
    recommended_on: Mapped[date]
