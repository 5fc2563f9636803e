"""Products that belong together: the translations of one text, and its editions."""

from sqlalchemy import select

from services.assessment.products.models import NO_LONGER_CURRENT, Product, ProductStatus
from services.assessment.products.rules import FREE_STEPS
from shared.database import UnitOfWork
from shared.errors import require_step


async def faults_of_links(work: UnitOfWork, product: Product) -> list[tuple[str, str]]:
    """What is wrong with the product's links to others: (field, what to do), all at once."""
    with work.session.no_autoflush:  # the product itself may be faulty: it is saved afterwards
        return [
            *await _faults_of_translation(work, product),
            *await _faults_of_edition(work, product),
        ]


async def supersede(work: UnitOfWork, product: Product) -> Product | None:
    """Let the published product take the place of the edition before it, which is returned.

    Raises:
        IllegalTransition: another edition took its place meanwhile, or it was withdrawn.
    """
    if product.supersedes is None:
        return None
    former = await work.get(Product, product.supersedes, locked=True)
    require_step("edition before", former.status, ProductStatus.SUPERSEDED, FREE_STEPS)
    former.status = ProductStatus.SUPERSEDED
    former.superseded_by = product.id
    await work.save(former)
    return former


async def _faults_of_translation(work: UnitOfWork, product: Product) -> list[tuple[str, str]]:
    if product.translation_of is None:
        return []
    original = await work.session.get(Product, product.translation_of)
    if original is None:
        return [("translation_of", "No such product; see /v1/products.")]
    faults = []
    if original.translation_of is not None:
        faults.append(
            ("translation_of", f"It is a translation; name its original {original.translation_of}.")
        )
    if product.audience is not original.audience:
        faults.append(("audience", f"Its original is for {original.audience}: send the same."))
    other = await work.session.scalar(
        select(Product.id).where(
            Product.translation_of == original.id,
            Product.language == product.language,
            Product.status.not_in(NO_LONGER_CURRENT),
            Product.id.not_in([one for one in (product.id, product.supersedes) if one]),
        )
    )
    if product.language is original.language:
        faults.append(("language", "Its original is in this language."))
    elif other is not None:
        faults.append(("language", f"There is one in this language already: {other}."))
    return faults


async def _faults_of_edition(work: UnitOfWork, product: Product) -> list[tuple[str, str]]:
    if product.supersedes is None:
        return []
    former = await work.session.get(Product, product.supersedes)
    if former is None or former.status is not ProductStatus.PUBLISHED:
        return [("supersedes", "Name a published product; see /v1/products?status=published.")]
    faults = []
    if former.language is not product.language:
        faults.append(("supersedes", f"It is in {former.language}: name one in the same language."))
    if not former.audience.readers <= product.audience.readers:
        faults.append(
            ("audience", f"The edition before is for {former.audience}: its readers keep this one.")
        )
    return faults
