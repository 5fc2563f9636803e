"""Trends and products as tables."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.assessment.gaps.models import Severity
from shared.database import Record


class Trend(Record):
    """A trend or emerging issue, and the States that it bears on."""

    __tablename__ = "trends"

    title: Mapped[str]
    theme: Mapped[str] = mapped_column(index=True)
    member_states: Mapped[list[str]]
    severity: Mapped[Severity]
    source: Mapped[str] = mapped_column(Text)
    identified_on: Mapped[date]


class ProductStatus(StrEnum):
    """Where a product is."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Product(Record):
    """An analytical product: an analysis, a good practice, a compilation."""

    __tablename__ = "products"

    title: Mapped[str]
    theme: Mapped[str] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[ProductStatus] = mapped_column(index=True)
    published_on: Mapped[date | None]
