"""The annual list as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class VisitListStatus(StrEnum):
    """Where a list is on its way through the Committee."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADOPTED = "adopted"


class VisitList(Record):
    """The States of one year, each with the rank that it had when it came on the list."""

    __tablename__ = "visit_lists"

    year: Mapped[int] = mapped_column(unique=True)
    status: Mapped[VisitListStatus] = mapped_column(index=True)
    entries: Mapped[list[dict[str, Any]]]
    adopted_on: Mapped[date | None]

    @property
    def member_states(self) -> list[str]:
        """The States on the list, in its order."""
        return [entry["member_state"] for entry in self.entries]


class VisitListChange(Record):
    """A decision that changed an adopted list, kept for good (¶6: transparency)."""

    __tablename__ = "visit_list_changes"

    visit_list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_lists.id"), index=True)
    added: Mapped[list[str]]
    removed: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    decided_by: Mapped[str]
