"""Requests and responses about products."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.assessment.instruments.models import Tag
from services.assessment.products.models import (
    PRODUCT_KINDS,
    Language,
    ProductKind,
    ProductStatus,
    ReviewOutcome,
)
from shared.auth import Audience
from shared.database import ListQuery
from shared.reference import Alpha3, ResolutionNumber, ThemeCode

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=300)]
Abstract = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=5000)]
Markdown = Annotated[
    str, StringConstraints(min_length=10, max_length=200_000), Field(description="In Markdown")
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=100)]
Comment = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]
Kind = Annotated[
    ProductKind,
    Field(description="; ".join(f"`{kind}`: {words}" for kind, words in PRODUCT_KINDS.items())),
]
For = Annotated[
    Audience, Field(description="Who reads it once published, each including those before it")
]
Themes = Annotated[list[ThemeCode], Field(min_length=1, max_length=13)]
Resolutions = Annotated[list[ResolutionNumber], Field(max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=3)]
States = Annotated[list[Alpha3], Field(max_length=193, description="The States concerned")]


def _without_nul(search: str) -> str:
    if "\x00" in search:
        raise ValueError("leave out the NUL character")
    return search


class ProductCreate(BaseModel):
    """An analytical product to draft."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    abstract: Abstract
    text: Markdown
    kind: Kind
    themes: Themes
    resolutions: Resolutions = []
    tags: Tags = []
    member_states: States = []
    authors: Names = Field([], description="As they are to be named")
    contributors: Names = Field([], description="With whom it was made (¶26)")
    sources: Names = []
    language: Language
    audience: For
    translation_of: UUID | None = Field(None, description="The original that it translates")
    supersedes: UUID | None = Field(None, description="The edition that it takes the place of")


class ProductUpdate(BaseModel):
    """What to change in a draft; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    abstract: Abstract | None = None
    text: Markdown | None = None
    kind: Kind | None = None
    themes: Themes | None = None
    resolutions: Resolutions | None = None
    tags: Tags | None = None
    member_states: States | None = None
    authors: Names | None = None
    contributors: Names | None = None
    sources: Names | None = None
    audience: For | None = None


class Review(BaseModel):
    """A remark on a product in review, or the decision on it."""

    model_config = ConfigDict(extra="forbid")

    outcome: ReviewOutcome
    comment: Comment = Field("", description="Needed for all but an approval")


class Withdrawal(BaseModel):
    """Why a product is to be cited no more."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Comment, Field(min_length=3)]


class ProductSummary(BaseModel):
    """A product, as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    title: str
    abstract: str
    kind: ProductKind
    themes: list[str]
    resolutions: list[int]
    tags: list[Tag]
    member_states: list[str]
    authors: list[str]
    contributors: list[str]
    sources: list[str]
    language: Language
    audience: Audience
    translation_of: UUID | None
    supersedes: UUID | None
    superseded_by: UUID | None
    status: ProductStatus
    published_on: date | None
    withdrawn_on: date | None


class FoundProduct(ProductSummary):
    """A product in a list, and in a search the words found, among those around them."""

    excerpt: str | None = Field(None, description="In Markdown, what was found in bold")


class ProductRead(ProductSummary):
    """A product with its text."""

    text: str
    withdrawn_because: str | None


class VersionSummary(BaseModel):
    """One saved version of a product's text, as lists show it."""

    model_config = ConfigDict(from_attributes=True)

    number: int = Field(description="The version that the product had, as its ETag named it")
    title: str
    saved_by: str
    saved_at: datetime = Field(validation_alias="created_at")


class VersionRead(VersionSummary):
    """One saved version of a product's text."""

    abstract: str
    text: str


class VersionQuery(ListQuery):
    """Sort of a product's versions."""

    sort: Literal["number", "-number"] = "-number"


class ReviewRead(BaseModel):
    """A review, and the version of the product that it was about."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    product_version: int
    outcome: ReviewOutcome
    comment: str
    reviewed_by: str
    reviewed_at: datetime = Field(validation_alias="created_at")


class ProductQuery(ListQuery):
    """Filters, search and sort; superseded and withdrawn products are listed when asked for."""

    search: Annotated[str, AfterValidator(_without_nul)] | None = Field(
        None,
        min_length=1,
        max_length=300,
        description='Words, "phrases", `or` and `-not`, in the language of each product; of a '
        "Chinese text, characters as they stand in it",
    )
    kind: ProductKind | None = None
    theme: ThemeCode | None = None
    resolution: ResolutionNumber | None = None
    tag: Tag | None = None
    member_state: Alpha3 | None = None
    language: Language | None = None
    audience: Audience | None = None
    status: ProductStatus | None = None
    translation_of: UUID | None = None
    sort: (
        Literal[
            "-relevance",
            "created_at",
            "-created_at",
            "published_on",
            "-published_on",
            "title",
            "-title",
        ]
        | None
    ) = Field(None, description="By relevance in a search, otherwise the newest first")
