"""Standing consents as a table."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class StandingConsentStatus(StrEnum):
    """Whether a standing consent still answers requests."""

    IN_FORCE = "in_force"
    REVOKED = "revoked"
    EXPIRED = "expired"


class StandingConsent(StateRecord):
    """A State's consent to visits to come, until a date or until it revokes it."""

    __tablename__ = "standing_consents"
    __table_args__ = (
        Index("ix_standing_consents_given_on", "given_on", "id"),
        Index(
            "uq_standing_consents_in_force",
            "member_state",
            unique=True,
            postgresql_where=text("status = 'in_force'"),
        ),
    )

    status: Mapped[StandingConsentStatus] = mapped_column(index=True)
    visit_kinds: Mapped[list[str]]
    """The kinds of visit that it covers; all if empty."""
    conditions: Mapped[list[str]]
    document: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date]
    valid_until: Mapped[date | None]
    ended_on: Mapped[date | None] = mapped_column(default=None)
    ended_because: Mapped[str] = mapped_column(Text, default="")
