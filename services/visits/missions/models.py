"""Missions as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.visits.missions.template import Anchor
from shared.database import Base, Record, StateRecord


class MissionKind(StrEnum):
    """Comprehensive assessment, or a follow-up visit that complements it (¶7)."""

    COMPREHENSIVE = "comprehensive"
    FOCUSED = "focused"
    TARGETED = "targeted"


class Modality(StrEnum):
    """Whether the team travels."""

    ON_SITE = "on_site"
    HYBRID = "hybrid"
    VIRTUAL = "virtual"


class MissionStatus(StrEnum):
    """Where a mission is on its way."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TeamRole(StrEnum):
    """What a member of the team goes for."""

    LEAD = "lead"
    EXPERT = "expert"
    OBSERVER = "observer"


class ParticipationStatus(StrEnum):
    """What an organisation answered to the invitation to take part in a visit."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class ItemStatus(StrEnum):
    """Where an item of a checklist is."""

    OPEN = "open"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class Mission(StateRecord):
    """A visit to a State that consented to it."""

    __tablename__ = "missions"
    __table_args__ = (
        Index("ix_missions_team", "team", postgresql_using="gin"),
        Index("ix_missions_starts_on", "starts_on", "id"),
    )

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    kind: Mapped[MissionKind]
    modality: Mapped[Modality]
    follows_mission_id: Mapped[UUID | None] = mapped_column(ForeignKey("missions.id"))
    status: Mapped[MissionStatus] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    former_dates: Mapped[list[dict[str, Any]]]
    """The days that it was to take place before, each with why they changed and when."""
    resolutions: Mapped[list[int]]
    themes: Mapped[list[str]]
    team: Mapped[list[dict[str, Any]]]
    """`officer_id` of the register and `role` of each member."""
    organisations: Mapped[list[dict[str, Any]]]
    """`organisation`, `status` and `contact` of each that takes part."""
    completed_on: Mapped[date | None]
    report_due_on: Mapped[date | None]
    cancellation_reason: Mapped[str | None] = mapped_column(Text)
    consent_revoked_on: Mapped[date | None] = mapped_column(default=None)
    """Since when the State no longer consents: the visit is to be cancelled."""


class ChecklistItem(Record):
    """Something to be settled before, during or after a visit, and by when."""

    __tablename__ = "mission_checklist_items"
    __table_args__ = (Index("ix_mission_checklist_items_mission_id", "mission_id", "due_on", "id"),)

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    code: Mapped[str | None]
    """Of an item of the template; none of one that was added."""
    title: Mapped[str]
    responsible: Mapped[str]
    anchor: Mapped[Anchor]
    days: Mapped[int]
    due_on: Mapped[date]
    """`days` after the visit's first or last day, as `anchor` says; before it if negative."""
    status: Mapped[ItemStatus]
    note: Mapped[str] = mapped_column(Text)
    settled_on: Mapped[date | None]
    settled_by: Mapped[str | None]


class FlaggedClash(Base):
    """A visit and another body's that were told to clash, which is told once.

    It refers to neither: to keep it must not wait for a change of either.
    """

    __tablename__ = "flagged_clashes"

    mission_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    flagged_on: Mapped[date]
