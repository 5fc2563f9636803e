"""Proposed lists as a table, each with all that it was made from."""

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class ListProposal(Record):
    """A proposed list of one year; it is kept as it was made, so that it can be explained later."""

    __tablename__ = "list_proposals"
    __table_args__ = (Index("ix_list_proposals_created_at", "created_at", "id"),)

    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str]
    proposed_on: Mapped[date]
    proposed_by: Mapped[str]
    policy: Mapped[str | None]
    """The name of the ranking's policy, with its version; None: weights of the officer's own."""
    policy_version: Mapped[int | None]
    weights: Mapped[dict[str, Any]]
    constraints: Mapped[dict[str, Any]]
    scores: Mapped[dict[str, Any]]
    """Every State's score on the day."""
    member_states: Mapped[list[str]]
    total: Mapped[float]
    proven: Mapped[bool]
    outcome: Mapped[dict[str, Any]]
