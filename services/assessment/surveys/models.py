"""Surveys as tables."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class SurveyStatus(StrEnum):
    """Where a survey is on its way."""

    ISSUED = "issued"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ASSESSED = "assessed"


class Survey(StateRecord):
    """An instrument issued to a State for its answers."""

    __tablename__ = "surveys"
    __table_args__ = (
        Index("ix_surveys_created_at", "created_at", "id"),
        Index("ix_surveys_due_on", "due_on", "id"),
    )

    instrument_id: Mapped[UUID] = mapped_column(ForeignKey("instruments.id"), index=True)
    carried_from: Mapped[UUID | None] = mapped_column(ForeignKey("surveys.id"))
    due_on: Mapped[date]
    status: Mapped[SurveyStatus] = mapped_column(index=True)
    submitted_on: Mapped[date | None]


class SurveySection(Record):
    """The answers to one section, by question; its version is that of the draft."""

    __tablename__ = "survey_sections"
    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"))
    code: Mapped[str]
    answers: Mapped[dict[str, Any]]


class SectionRevision(Record):
    """One saving of a section: what each answer was before and became."""

    __tablename__ = "section_revisions"
    __table_args__ = (UniqueConstraint("section_id", "section_version"),)

    section_id: Mapped[UUID] = mapped_column(ForeignKey("survey_sections.id"))
    section_version: Mapped[int]
    changes: Mapped[list[dict[str, Any]]]
    saved_by: Mapped[str]


class SurveyStep(Record):
    """One step of a survey on its way: who, when and why."""

    __tablename__ = "survey_steps"

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    previous: Mapped[SurveyStatus | None]
    status: Mapped[SurveyStatus]
    reason: Mapped[str | None] = mapped_column(Text)
    questions: Mapped[list[str]]
    due_on: Mapped[date]
    taken_on: Mapped[date]
    taken_by: Mapped[str]
