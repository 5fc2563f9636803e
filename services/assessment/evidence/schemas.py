"""Requests and responses about evidence."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from services.assessment.evidence.rules import FileKind
from shared.database import ListQuery


class EvidenceForm(BaseModel):
    """A file to attach, with what it is evidence for (`multipart/form-data`)."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        min_length=1, max_length=100, description="Code of the question", examples=["CFT-1"]
    )
    file: UploadFile
    description: str = Field("", max_length=4000)
    confidential: bool = Field(default=False, description="At the State's request (¶23)")


class EvidenceRead(BaseModel):
    """What is known of a file; its content is at `/content`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    survey_id: UUID
    member_state: str
    question: str
    file_name: str
    description: str
    kind: FileKind
    media_type: str
    size: int = Field(description="Bytes")
    sha256: str
    confidential: bool
    attached_by: str
    attached_on: date


class EvidenceQuery(ListQuery):
    """Filters and sort of a survey's evidence."""

    question: str | None = None
    kind: FileKind | None = None
    confidential: bool | None = None
    sort: Literal["created_at", "-created_at", "file_name", "-file_name"] = "-created_at"
