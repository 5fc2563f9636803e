"""Trends as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.gaps.models import Severity
from shared.database import Record


class TrendKind(StrEnum):
    """What ¶6 has the ranking acknowledge beside gaps and analysis."""

    TREND = "trend"
    EMERGING_ISSUE = "emerging_issue"
    EVENT = "event"


class TrendStatus(StrEnum):
    """Whether a trend still bears on whom to visit."""

    OPEN = "open"
    CLOSED = "closed"


class SourceKind(StrEnum):
    """With whom CTED engages to learn of trends (¶26)."""

    MEMBER_STATE = "member_state"
    INTERNATIONAL_ORGANIZATION = "international_organization"
    """International, regional or subregional."""
    RESEARCH_NETWORK = "research_network"
    """The Global Counter-Terrorism Research Network."""
    ACADEMIA = "academia"
    THINK_TANK = "think_tank"
    CIVIL_SOCIETY = "civil_society"
    PRIVATE_SECTOR = "private_sector"
    CTED = "cted"


class Trend(Record):
    """A trend, emerging issue or event, where and when it was observed, and by whom."""

    __tablename__ = "trends"
    __table_args__ = (Index("ix_trends_identified_on", "identified_on", "id"),)

    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[TrendKind]
    theme: Mapped[str] = mapped_column(index=True)
    resolutions: Mapped[list[int]]
    regions: Mapped[list[str]]
    member_states: Mapped[list[str]]
    """Every State that it bears on: those named and those of the regions."""
    severity: Mapped[Severity]
    source_kind: Mapped[SourceKind]
    source_reference: Mapped[str] = mapped_column(Text)
    observed_from: Mapped[date]
    observed_until: Mapped[date | None]
    identified_on: Mapped[date]
    status: Mapped[TrendStatus] = mapped_column(index=True)
    closed_on: Mapped[date | None]
    closed_because: Mapped[str | None] = mapped_column(Text)
