"""Timelines of consent as a table."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class MomentKind(StrEnum):
    """What a moment of a timeline is."""

    LISTED = "listed"
    REMOVED = "removed"
    REQUESTED = "requested"
    REMINDED = "reminded"
    DEADLINE_APPROACHING = "deadline_approaching"
    DEADLINE_MISSED = "deadline_missed"
    DEFERRED = "deferred"
    GIVEN = "given"
    DECLINED = "declined"
    CONDITION_MET = "condition_met"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    EXPIRED = "expired"
    STANDING_CONSENT_GIVEN = "standing_consent_given"
    STANDING_CONSENT_REVOKED = "standing_consent_revoked"
    STANDING_CONSENT_EXPIRED = "standing_consent_expired"
    VISIT_SCHEDULED = "visit_scheduled"
    VISIT_COMPLETED = "visit_completed"
    VISIT_CANCELLED = "visit_cancelled"


class Moment(StateRecord):
    """Something that happened on the way to a visit; as confidential as its record (¶23)."""

    __tablename__ = "consent_moments"
    __table_args__ = (Index("ix_consent_moments_order", "member_state", "happened_on", "id"),)

    happened_on: Mapped[date]
    kind: Mapped[MomentKind]
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    """What a party wrote: a reason, a note or conditions."""
    record: Mapped[str]
    record_id: Mapped[UUID] = mapped_column(index=True)
