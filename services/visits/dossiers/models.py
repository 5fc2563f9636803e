"""Dossiers as tables."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import StateRecord


class DossierVersion(StateRecord):
    """A dossier as it was assembled once; the next assembly makes the next version.

    It holds what CTED may see and is for CTED alone, so it is always confidential (¶23).
    """

    __tablename__ = "dossier_versions"
    __table_args__ = (UniqueConstraint("mission_id", "number"),)

    mission_id: Mapped[UUID] = mapped_column(ForeignKey("missions.id"))
    number: Mapped[int]
    assembled_by: Mapped[str]
    complete: Mapped[bool]
    content: Mapped[dict[str, Any]]
