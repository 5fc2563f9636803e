"""What a copy of a report says, before it takes the form of a PDF or a DOCX."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.documents import DOCX, PDF

CONFIDENTIAL = "Confidential at the State's request (¶23)"
"""What stands above a section that the State keeps confidential."""


class DocumentFormat(StrEnum):
    """The form of a copy; the report itself is its JSON."""

    PDF = "pdf"
    DOCX = "docx"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return PDF if self is DocumentFormat.PDF else DOCX


class DocumentQuery(BaseModel):
    """The form and the version that are wanted."""

    model_config = ConfigDict(extra="forbid")

    format: DocumentFormat = DocumentFormat.PDF
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="Of the text, see /versions; the latest if left out"
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A section that the reader may see; its text is Markdown."""

    heading: str
    text: str
    confidential: bool


@dataclass(frozen=True, slots=True)
class ReportCopy:
    """A report as its reader may see it; no text has a character that no XML can hold."""

    title: str
    state: str
    region: str
    facts: list[tuple[str, str]]
    """What stands beside the title: its label and the words."""
    draft: bool
    confidential: bool
    """Whether the State keeps the report, or a section that it holds, confidential (¶23)."""
    whole: bool
    """Whether it keeps all of it so."""
    copy: str
    """Whom the copy is for, and when it was made."""
    parts: list[Part]

    def cover(self) -> dict[str, Any]:
        """What stands around the text, as the templates name it."""
        marks = {"DRAFT": self.draft, "CONFIDENTIAL": self.confidential}
        named = {kept.name: getattr(self, kept.name) for kept in fields(self)}
        return {
            **named,
            "marking": " · ".join(mark for mark, holds in marks.items() if holds),
            "notice": f"{self.copy} {self._warning}" if self.confidential else self.copy,
        }

    @property
    def _warning(self) -> str:
        readers = f"the Committee, its Executive Directorate and {self.state} alone."
        if self.whole:
            return f"{self.state} asked to keep it confidential. It is for {readers}"
        return (
            f"It holds sections that {self.state} asked to keep confidential, each of which says "
            f"so. They are for {readers}"
        )
