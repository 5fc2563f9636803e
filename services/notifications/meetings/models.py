"""Meetings, invitations and the States that were assessed, as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Base, Record, StateRecord


class MeetingKind(StrEnum):
    """The kinds of meetings that the programme names (¶14, ¶15, ¶23, ¶27, ¶29)."""

    PLENARY = "plenary"
    JOINT = "joint"
    REGIONAL = "regional"
    THEMATIC = "thematic"
    OPEN_BRIEFING = "open_briefing"
    SPECIAL = "special"


class InvitationStatus(StrEnum):
    """What became of an invitation."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Meeting(Record):
    """A meeting of the Committee."""

    __tablename__ = "meetings"

    title: Mapped[str]
    held_on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[MeetingKind] = mapped_column(index=True)
    agenda: Mapped[str] = mapped_column(Text)


class Invitation(StateRecord):
    """An assessed State's senior officials, invited to a meeting (¶8)."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("meeting_id", "member_state"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"))
    status: Mapped[InvitationStatus]
    officials: Mapped[list[str]]
    """The offices invited; empty where that is left to the State."""
    delegates: Mapped[list[str]]
    """Who comes, as the State answered."""
    request_id: Mapped[UUID | None]
    """The request that it carries out, where it was asked for by one."""


class AssessedState(Base):
    """A State that has an assessment or a report behind it, so that it can be invited (¶8)."""

    __tablename__ = "assessed_states"

    member_state: Mapped[str] = mapped_column(primary_key=True)
    confidential: Mapped[bool]
    """Whether all that is behind it is confidential (¶23)."""
