"""Briefings as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class BriefingStatus(StrEnum):
    """Where a briefing is on its way."""

    PLANNED = "planned"
    DUE = "due"
    DELIVERED = "delivered"


class Briefing(Record):
    """One occurrence of a recurring obligation."""

    __tablename__ = "briefings"
    __table_args__ = (UniqueConstraint("obligation", "due_on"),)

    obligation: Mapped[str]
    title: Mapped[str]
    paragraph: Mapped[int]
    owner: Mapped[str]
    due_on: Mapped[date] = mapped_column(index=True)
    status: Mapped[BriefingStatus] = mapped_column(index=True)
    evidence: Mapped[str] = mapped_column(Text)
    delivered_on: Mapped[date | None]
