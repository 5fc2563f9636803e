"""Products, the versions of their text and their reviews, as tables."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth import Audience
from shared.database import Record


class ProductKind(StrEnum):
    """What a product is; `PRODUCT_KINDS` says it in words."""

    ANALYTICAL_BRIEF = "analytical_brief"
    TRENDS_REPORT = "trends_report"
    THEMATIC_ANALYSIS = "thematic_analysis"
    IMPLEMENTATION_SURVEY = "implementation_survey"
    FOREIGN_TERRORIST_FIGHTERS_REPORT = "foreign_terrorist_fighters_report"
    GOOD_PRACTICE = "good_practice"
    COUNTER_NARRATIVE_PRACTICE = "counter_narrative_practice"
    GUIDELINE = "guideline"
    TECHNICAL_GUIDE = "technical_guide"
    HUMAN_RIGHTS_ANALYSIS = "human_rights_analysis"
    GENDER_ANALYSIS = "gender_analysis"


PRODUCT_KINDS: Mapping[ProductKind, str] = {
    ProductKind.ANALYTICAL_BRIEF: "short analysis of one issue (¶18)",
    ProductKind.TRENDS_REPORT: "emerging issues, trends and developments (¶18, ¶19)",
    ProductKind.THEMATIC_ANALYSIS: "one theme across States or resolutions (¶26, ¶31)",
    ProductKind.IMPLEMENTATION_SURVEY: "how resolutions are implemented worldwide (¶12, ¶40)",
    ProductKind.FOREIGN_TERRORIST_FIGHTERS_REPORT: (
        "use of the Madrid Guiding Principles and their addendum (¶11)"
    ),
    ProductKind.GOOD_PRACTICE: "what has worked, for others to adapt (¶6, ¶26)",
    ProductKind.COUNTER_NARRATIVE_PRACTICE: "practice in countering terrorist narratives (¶36)",
    ProductKind.GUIDELINE: "guidelines and new approaches, as proposed (¶36)",
    ProductKind.TECHNICAL_GUIDE: "how to implement the resolutions in practice (¶10)",
    ProductKind.HUMAN_RIGHTS_ANALYSIS: "effects on human rights, children included (¶39)",
    ProductKind.GENDER_ANALYSIS: "gender-sensitive research and analysis (¶30)",
}


class Language(StrEnum):
    """The six official languages, by ISO 639 code."""

    ARABIC = "ar"
    CHINESE = "zh"
    ENGLISH = "en"
    FRENCH = "fr"
    RUSSIAN = "ru"
    SPANISH = "es"


class ProductStatus(StrEnum):
    """Where a product is in its life."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


NO_LONGER_CURRENT = (ProductStatus.SUPERSEDED, ProductStatus.WITHDRAWN)
"""What has had its time: it is found only by those who ask for it."""


class ReviewOutcome(StrEnum):
    """What a review decided."""

    COMMENTED = "commented"
    RETURNED = "returned"
    APPROVED = "approved"


TEXT_SEARCH: Mapping[Language, str] = {
    Language.ARABIC: "arabic",
    Language.CHINESE: "simple",
    Language.ENGLISH: "english",
    Language.FRENCH: "french",
    Language.RUSSIAN: "russian",
    Language.SPANISH: "spanish",
}
"""PostgreSQL's text search configuration of each language; it has none for Chinese."""

_CONFIGURATION = " ".join(
    f"WHEN '{language}' THEN '{name}'::regconfig" for language, name in TEXT_SEARCH.items()
)
_SEARCH_VECTOR = " || ".join(
    f"setweight(to_tsvector(CASE language {_CONFIGURATION} END, {column}), '{weight}')"
    for column, weight in (("title", "A"), ("abstract", "B"), ("text", "C"))
)


class Product(Record):
    """An analytical product in one language; its text is the latest of its versions."""

    __tablename__ = "products"
    __table_args__ = (
        Index(
            "ix_products_search_vector",
            "search_vector",
            postgresql_using="gin",
            # Written rarely and read often; entries that wait to be merged keep the planner off it.
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_products_status_audience", "status", "audience"),
        Index("ix_products_created_at", "created_at", "id"),
    )

    title: Mapped[str]
    abstract: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[ProductKind] = mapped_column(index=True)
    themes: Mapped[list[str]]
    resolutions: Mapped[list[int]]
    tags: Mapped[list[str]]
    member_states: Mapped[list[str]]
    authors: Mapped[list[str]]
    contributors: Mapped[list[str]]
    sources: Mapped[list[str]]
    language: Mapped[Language] = mapped_column(index=True)
    audience: Mapped[Audience]
    translation_of: Mapped[UUID | None] = mapped_column(ForeignKey("products.id"), index=True)
    supersedes: Mapped[UUID | None] = mapped_column(ForeignKey("products.id"))
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("products.id"))
    status: Mapped[ProductStatus]
    published_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)
    search_vector: Mapped[str] = mapped_column(
        TSVECTOR, Computed(_SEARCH_VECTOR, persisted=True), deferred=True
    )


class ProductVersion(Record):
    """The text as one person saved it."""

    __tablename__ = "product_versions"
    __table_args__ = (UniqueConstraint("product_id", "number"),)

    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    number: Mapped[int]
    """The version that the product had, as its ETag names it."""
    title: Mapped[str]
    abstract: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str]


class ProductReview(Record):
    """One review of a product: what was decided, of which version, by whom and why."""

    __tablename__ = "product_reviews"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), index=True)
    product_version: Mapped[int]
    outcome: Mapped[ReviewOutcome]
    comment: Mapped[str] = mapped_column(Text)
    reviewed_by: Mapped[str]
