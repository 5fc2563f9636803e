"""The register of officers and experts as tables."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class Officer(Record):
    """An officer of CTED, or an expert of an organisation that takes part in visits."""

    __tablename__ = "officers"
    __table_args__ = (Index("ix_officers_name", "name", "id"),)

    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str | None] = mapped_column(unique=True)
    """Of the officer's tokens, by which the officer is recognised as a caller."""
    nationalities: Mapped[list[str]]
    languages: Mapped[list[str]]
    expertise: Mapped[list[str]]
    off_duty: Mapped[list[dict[str, Any]]]
    active: Mapped[bool]


class DeclaredConflict(Record):
    """A State that an officer declared a conflict of interest with; kept when it is over (¶4)."""

    __tablename__ = "declared_conflicts"

    officer_id: Mapped[UUID] = mapped_column(
        ForeignKey("officers.id", ondelete="CASCADE"), index=True
    )
    member_state: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    declared_on: Mapped[date]
    declared_by: Mapped[str]
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None]
