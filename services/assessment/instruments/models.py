"""Instruments as tables."""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from shared.database import Record


class Tool(StrEnum):
    """The Committee's survey tools (¶5, ¶12)."""

    OIA = "overview_of_implementation_assessment"
    DIS = "detailed_implementation_survey"
    GIS_1373 = "global_implementation_survey_1373"
    GIS_1624 = "global_implementation_survey_1624"


class Tag(StrEnum):
    """What cuts across the thematic areas (¶30, ¶39)."""

    HUMAN_RIGHTS = "human_rights"
    GENDER = "gender"
    CHILDREN = "children"


class InstrumentStatus(StrEnum):
    """Where an instrument is."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Instrument(Record):
    """A survey tool; once published it never changes, so that every answer keeps its question."""

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    code: Mapped[str]
    edition: Mapped[int | None]
    title: Mapped[str]
    tool: Mapped[Tool]
    status: Mapped[InstrumentStatus]
    notice: Mapped[str | None]
    sections: Mapped[list[dict[str, Any]]]
    question_count: Mapped[int]
    published_on: Mapped[date | None]
