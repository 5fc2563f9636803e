"""Calendar feeds as tables."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class CalendarFeed(Record):
    """A secret address at which a calendar program reads what its owner may see.

    The owner's roles are those of the day it was issued: a calendar program brings no token that
    could say which they are now. They last until the feed expires or is
    revoked, or its owner is no longer active in the register of officers.
    """

    __tablename__ = "calendar_feeds"

    owner: Mapped[str] = mapped_column(index=True)
    roles: Mapped[list[str]]
    member_state: Mapped[str | None]
    mission_id: Mapped[UUID | None] = mapped_column(ForeignKey("missions.id"))
    """The one visit that it shows; without, all of the owner's own."""
    token_sha256: Mapped[str] = mapped_column(unique=True)
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None]
