"""Offers as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record


class OfferStatus(StrEnum):
    """Whether an offer stands."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Offer(Record):
    """What an organisation is willing and able to do, and for whom (¶25)."""

    __tablename__ = "offers"

    organisation: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    themes: Mapped[list[str]]
    regions: Mapped[list[str]]
    member_states: Mapped[list[str]]
    languages: Mapped[list[str]]
    parallel_projects: Mapped[int]
    willing_until: Mapped[date]
    able_until: Mapped[date]
    status: Mapped[OfferStatus] = mapped_column(index=True)
