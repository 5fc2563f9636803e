"""Full-text search of products, in the language of each (¶23, ¶26).

PostgreSQL has a text search configuration for five of the six official languages. Chinese it does
not divide into words, and what would index its characters (pg_trgm, pg_bigm) is not everywhere, so
Chinese texts are read through for the characters that are searched, without an index.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Float,
    Text,
    and_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.assessment.products.models import TEXT_SEARCH, Language, Product
from services.assessment.products.rules import marked, parts_of

_IN_CHINESE = Product.language == Language.CHINESE
_CONFIGURATIONS: dict[Language, ColumnElement[str]] = {
    language: literal_column(f"'{name}'::regconfig") for language, name in TEXT_SEARCH.items()
}
_CONFIGURATION = case(_CONFIGURATIONS, value=Product.language)
_WEIGHTED = ((Product.title, 1.0), (Product.abstract, 0.4), (Product.text, 0.2))
"""As PostgreSQL weighs what its own ranking finds in each."""
_HEADLINE = (
    "StartSel=**, StopSel=**, MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=' … '"
)
_BEFORE, _LENGTH = 40, 120
"""Characters of a Chinese text before what was found, and of the whole excerpt."""


def found_by(search: str) -> ColumnElement[bool]:
    """Whether a product is found, each language by its own index condition.

    A search that PostgreSQL makes nothing of, such as of stop words alone, finds nothing.
    """
    by_words = [
        and_(
            Product.language == language,
            Product.search_vector.bool_op("@@")(func.websearch_to_tsquery(configuration, search)),
        )
        for language, configuration in _CONFIGURATIONS.items()
        if language is not Language.CHINESE
    ]
    parts = parts_of(search)
    by_characters = [or_(*(_holds(column, part) for column, _ in _WEIGHTED)) for part in parts]
    return or_(*by_words, and_(_IN_CHINESE, *by_characters) if parts else false())


def relevance(search: str) -> ColumnElement[float]:
    """How well a product matches, higher is better: what its title holds counts most."""
    parts = parts_of(search)
    in_chinese = sum(
        (
            case(*((_holds(column, part), weight) for column, weight in _WEIGHTED), else_=0.0)
            for part in parts
        ),
        start=literal_column("0.0", Float),
    ) / max(1, len(parts))
    return case(
        (_IN_CHINESE, in_chinese),
        else_=func.ts_rank(
            Product.search_vector, func.websearch_to_tsquery(_CONFIGURATION, search), type_=Float
        ),
    )


async def excerpts(
    session: AsyncSession, product_ids: Collection[UUID], search: str
) -> dict[UUID, str]:
    """What was found in each of these products, among the words around it."""
    parts = parts_of(search)
    whole = func.concat_ws(" ", Product.abstract, Product.text, type_=Text)
    first = func.strpos(func.lower(whole), func.lower(parts[0] if parts else ""))
    around = func.substr(whole, func.greatest(first - _BEFORE, 1), _LENGTH)
    headline = func.ts_headline(
        _CONFIGURATION, whole, func.websearch_to_tsquery(_CONFIGURATION, search), _HEADLINE
    )
    rows = await session.execute(
        select(Product.id, _IN_CHINESE, case((_IN_CHINESE, around), else_=headline)).where(
            Product.id.in_(product_ids)
        )
    )
    return {
        product_id: marked(excerpt, parts) if in_chinese else excerpt
        for product_id, in_chinese, excerpt in rows
    }


def _holds(column: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
    """Whether the column has the part in it; letters with capitals are alike, which is slower."""
    if part.upper() == part.lower():
        return column.contains(part, autoescape=True)
    return column.icontains(part, autoescape=True)
