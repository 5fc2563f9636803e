"""Surveys as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class SurveyStatus(StrEnum):
    """Where a survey is on its way."""

    ISSUED = "issued"
    SUBMITTED = "submitted"
    ASSESSED = "assessed"


class Survey(StateRecord):
    """An instrument issued to a State, with the State's answers."""

    __tablename__ = "surveys"

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"), index=True)
    due_on: Mapped[date]
    status: Mapped[SurveyStatus] = mapped_column(index=True)
    answers: Mapped[dict[str, Any]]
    submitted_on: Mapped[date | None]
