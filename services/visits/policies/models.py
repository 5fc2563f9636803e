"""Ranking policies as tables: nothing that was saved changes."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class PolicyVersion(Record):
    """The weights of a policy, as they were saved; the highest number is its present version."""

    __tablename__ = "ranking_policy_versions"
    __table_args__ = (UniqueConstraint("name", "number"),)

    name: Mapped[str]
    number: Mapped[int]
    """Counts the versions of the policy from 1."""
    weights: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str]
    saved_on: Mapped[date]


class EntryIntoForce(Record):
    """The decision by which a version is what States are ranked with; the latest one holds."""

    __tablename__ = "ranking_policy_entries_into_force"
    __table_args__ = (
        ForeignKeyConstraint(
            ["name", "number"], ["ranking_policy_versions.name", "ranking_policy_versions.number"]
        ),
    )

    name: Mapped[str]
    number: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[str]
    decided_on: Mapped[date]
