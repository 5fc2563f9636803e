"""Evidence as a table; the files themselves are in the object store."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.evidence.rules import FileKind
from shared.database import StateRecord

OBJECTS = "evidence"
"""Below this prefix of the object store, each file under its record's id.

An id is never used again, so an object without a record belongs to nobody and can be removed;
a file that two States attach is two objects, and neither learns of the other.
"""


class Evidence(StateRecord):
    """A file that supports a State's answer to a question."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("survey_id", "question", "sha256"),)

    survey_id: Mapped[UUID] = mapped_column(ForeignKey("surveys.id"), index=True)
    question: Mapped[str]
    file_name: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[FileKind]
    size: Mapped[int]
    sha256: Mapped[str]
    kept_confidential: Mapped[bool]
    """Asked for with the file itself; `confidential` follows answer and survey as well (¶23)."""
    attached_by: Mapped[str]
    attached_on: Mapped[date]

    @property
    def object_key(self) -> str:
        """Where its file is in the object store."""
        return f"{OBJECTS}/{self.id}"

    @property
    def media_type(self) -> str:
        """As what its file is served."""
        return self.kind.media_type
