"""Subscriptions as tables."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class Subscription(Record):
    """A webhook of a caller, with the claims that decide what it may receive."""

    __tablename__ = "subscriptions"

    owner: Mapped[str] = mapped_column(index=True)
    roles: Mapped[list[str]]
    member_state: Mapped[str | None]
    organisation: Mapped[str | None]
    url: Mapped[str]
    event_types: Mapped[list[str]]
    member_states: Mapped[list[str]]
    themes: Mapped[list[str]]
    paused: Mapped[bool] = mapped_column(default=False)
    pause_reason: Mapped[str | None]
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_secret_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    """Failed attempts since the last success."""
    held_until: Mapped[datetime | None]
    """A failing endpoint is left alone until then."""
    give_ups: Mapped[int] = mapped_column(default=0, server_default="0")
    """Deliveries given up since the last success."""
