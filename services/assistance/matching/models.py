"""Matches and duplications as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class MatchStatus(StrEnum):
    """What became of a proposed match."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Match(StateRecord):
    """A provider proposed for a need."""

    __tablename__ = "matches"
    __table_args__ = (
        Index(
            "uq_matches_proposed_need",
            "need_id",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
    )

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), index=True)
    organisation: Mapped[str] = mapped_column(index=True)
    theme: Mapped[str]
    status: Mapped[MatchStatus] = mapped_column(index=True)
    because: Mapped[str] = mapped_column(Text)
    proposed_on: Mapped[date]
    answer_due_on: Mapped[date]
    ended_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    project_id: Mapped[UUID | None]


class Duplication(StateRecord):
    """A need proposed to a provider while a project does the same for the State (¶17)."""

    __tablename__ = "duplications"
    __table_args__ = (UniqueConstraint("need_id", "project_id"),)

    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    theme: Mapped[str]
    flagged_on: Mapped[date]
