"""Instruments as tables."""

from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from shared.database import Record


class Tool(StrEnum):
    """The Committee's survey tools (¶5, ¶12)."""

    OIA = "overview_of_implementation_assessment"
    DIS = "detailed_implementation_survey"
    GIS = "global_implementation_survey"


class Instrument(Record):
    """A published survey tool: immutable, so that every answer keeps its question."""

    __tablename__ = "instruments"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    code: Mapped[str]
    edition: Mapped[int]
    title: Mapped[str]
    tool: Mapped[Tool]
    questions: Mapped[list[dict[str, Any]]]
