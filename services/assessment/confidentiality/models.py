"""Requests about confidentiality as tables."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class Subject(StrEnum):
    """What a request is about."""

    SURVEY = "survey"
    """The whole round: the response and everything that was found from it."""
    ANSWERS = "answers"
    """Some answers of a response, and what was found from them."""
    RECOMMENDATION = "recommendation"


class Action(StrEnum):
    """What is asked for."""

    PLACE = "place"
    LIFT = "lift"


class ConfidentialityRequest(StateRecord):
    """One request of a State; requests are only ever added, so that each stays on record."""

    __tablename__ = "confidentiality_requests"
    __table_args__ = (
        Index("ix_confidentiality_requests_subject", "subject_id", "id"),
        Index("ix_confidentiality_requests_created_at", "created_at", "id"),
    )

    subject: Mapped[Subject]
    subject_id: Mapped[UUID]
    questions: Mapped[list[str]]
    action: Mapped[Action]
    reason: Mapped[str] = mapped_column(Text)
    requested_on: Mapped[date]
    requested_by: Mapped[str]
