"""The annual list as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class VisitListStatus(StrEnum):
    """Where a list is on its way through the Committee."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADOPTED = "adopted"


class ListAct(StrEnum):
    """What brought a list into one of its states."""

    DRAFTED = "drafted"
    REVISED = "revised"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ADOPTED = "adopted"
    CHANGED = "changed"


class VisitList(Record):
    """The States of one year, each with the rank that it had when it came on the list."""

    __tablename__ = "visit_lists"

    year: Mapped[int] = mapped_column(unique=True)
    status: Mapped[VisitListStatus] = mapped_column(index=True)
    entries: Mapped[list[dict[str, Any]]]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("list_proposals.id"))
    """The proposed list that it was drafted from."""
    submitted_on: Mapped[date | None] = mapped_column(default=None)
    adopted_on: Mapped[date | None] = mapped_column(default=None)

    @property
    def member_states(self) -> list[str]:
        """The States on the list, in its order."""
        return [entry["member_state"] for entry in self.entries]


class VisitListState(Record):
    """A list as an act left it, and the act, kept for good (¶6: transparency)."""

    __tablename__ = "visit_list_states"
    __table_args__ = (UniqueConstraint("visit_list_id", "list_version"),)

    visit_list_id: Mapped[UUID] = mapped_column(ForeignKey("visit_lists.id"), index=True)
    list_version: Mapped[int]
    status: Mapped[VisitListStatus]
    entries: Mapped[list[dict[str, Any]]]
    submitted_on: Mapped[date | None]
    adopted_on: Mapped[date | None]
    act: Mapped[ListAct]
    added: Mapped[list[str]]
    removed: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)
    symbol: Mapped[str | None]
    acted_on: Mapped[date]
    acted_by: Mapped[str]
    consents_withdrawn: Mapped[list[str]]
    """The unanswered requests for consent that ended because their States were removed."""
    consents_kept: Mapped[list[str]]
    """The consents given by removed States, marked, and of use again if the State is added."""

    @property
    def member_states(self) -> list[str]:
        """The States on the list then, in its order."""
        return [entry["member_state"] for entry in self.entries]
