"""Each assessor's own sheet: rated blind to the other's, then handed in."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.assessment.assessments.access import locked_open, read_readable, shared_open
from services.assessment.assessments.models import Assessment
from services.assessment.ratings.models import AssessmentItem, ItemRating, RatingSheet
from services.assessment.ratings.rules import ItemKey, agreed
from services.assessment.ratings.schemas import RatingGiven, RatingsGiven, SheetItem, SheetRead
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import Conflict, FieldError, Forbidden, Invalid


async def hand_out(work: UnitOfWork, assessment: Assessment, assessors: list[str]) -> None:
    """Give each of these assessors of the assessment an empty sheet."""
    await work.save(
        *(
            RatingSheet(assessment_id=assessment.id, assessor=assessor, rated=0)
            for assessor in assessors
        )
    )


async def hand_over(work: UnitOfWork, assessment: Assessment, assessors: list[str]) -> None:
    """Give the open assessment to these assessors; who stays keeps their ratings."""
    if assessment.unsettled is not None:
        raise Conflict("All assessors have handed in: their ratings stand.")
    for kind in (ItemRating, RatingSheet):
        await work.session.execute(
            delete(kind).where(kind.assessment_id == assessment.id, kind.assessor.not_in(assessors))
        )
    await hand_out(
        work, assessment, [name for name in assessors if name not in assessment.assessors]
    )
    assessment.assessors = assessors
    await take_agreed(work, assessment)


async def read_sheet(session: AsyncSession, caller: Caller, assessment_id: UUID) -> SheetRead:
    """The caller's own ratings."""
    assessment = await read_readable(session, caller, assessment_id)
    sheet = await _own_sheet(session, caller, assessment, locked=False)
    return await _as_read(session, sheet)


async def rate(
    work: UnitOfWork, caller: Caller, assessment_id: UUID, version: int | None, given: RatingsGiven
) -> SheetRead:
    """Keep the caller's ratings of one item or many, if all of them can be kept."""
    assessment = await shared_open(work, assessment_id)
    sheet = await _unfinished_sheet(work.session, caller, assessment, version)
    items = {item.key for item in await items_of_assessment(work.session, assessment_id)}
    refuse_faults(
        given,
        lambda one: None if (one.theme, one.provision) in items else "There is no such item here.",
    )
    kept = await _ratings_of(work.session, sheet)
    for one in given.ratings:
        rating = kept.get((one.theme, one.provision))
        if rating is None:
            rating = ItemRating(
                assessment_id=assessment_id,
                assessor=sheet.assessor,
                theme=one.theme,
                provision=one.provision,
            )
            work.session.add(rating)
            sheet.rated += 1
        rating.rating, rating.reasons = one.rating, one.reasons
    flag_modified(sheet, "rated")  # what is rated anew is another version too
    await work.save(sheet)
    return await _as_read(work.session, sheet)


async def hand_in(
    work: UnitOfWork, caller: Caller, assessment_id: UUID, version: int | None
) -> SheetRead:
    """Close the caller's sheet; with the last one in, where all agree is final."""
    assessment = await locked_open(work, assessment_id)
    sheet = await _unfinished_sheet(work.session, caller, assessment, version)
    await close(work, assessment, sheet)
    return await _as_read(work.session, sheet)


async def close(work: UnitOfWork, assessment: Assessment, sheet: RatingSheet) -> None:
    """Take the sheet as it is, if every item is rated: only then can States be compared (¶7)."""
    if errors := await missing(work.session, sheet):
        raise Invalid(f"{len(errors)} items are not rated.", errors=errors)
    sheet.handed_in_on = work.clock.today()
    await work.save(sheet)
    await take_agreed(work, assessment)


async def missing(session: AsyncSession, sheet: RatingSheet) -> list[FieldError]:
    """Each item that the sheet does not rate."""
    rated = await _ratings_of(session, sheet)
    return [
        FieldError(field=field_of(item.key), message=f"{sheet.assessor} has not rated it.")
        for item in await items_of_assessment(session, sheet.assessment_id)
        if item.key not in rated
    ]


async def take_agreed(work: UnitOfWork, assessment: Assessment) -> None:
    """Once every sheet is in, make final what all assessors rate alike."""
    if any(sheet.handed_in_on is None for sheet in await sheets_of(work.session, assessment)):
        return
    ratings = await ratings_by_item(work.session, assessment.id)
    items = await items_of_assessment(work.session, assessment.id)
    for item in items:
        given = ratings[item.key]
        item.rating = agreed([one.rating for one in given])
        if item.rating is not None:
            item.reasons = "\n\n".join(dict.fromkeys(one.reasons for one in given))
    assessment.unsettled = sum(1 for item in items if item.rating is None)
    await work.save(assessment)


async def sheets_of(session: AsyncSession, assessment: Assessment) -> list[RatingSheet]:
    """Every assessor's sheet."""
    statement = select(RatingSheet).where(RatingSheet.assessment_id == assessment.id)
    return [*await session.scalars(statement.order_by(RatingSheet.assessor))]


async def items_of_assessment(session: AsyncSession, assessment_id: UUID) -> list[AssessmentItem]:
    """Every item, in the instrument's order."""
    statement = select(AssessmentItem).where(AssessmentItem.assessment_id == assessment_id)
    return [*await session.scalars(statement.order_by(AssessmentItem.position))]


async def ratings_by_item(
    session: AsyncSession, assessment_id: UUID
) -> dict[ItemKey, list[ItemRating]]:
    """What each assessor rates, by item."""
    statement = select(ItemRating).where(ItemRating.assessment_id == assessment_id)
    found: dict[ItemKey, list[ItemRating]] = {}
    for rating in await session.scalars(statement.order_by(ItemRating.assessor)):
        found.setdefault(rating.key, []).append(rating)
    return found


def refuse_faults(given: RatingsGiven, fault: Callable[[RatingGiven], str | None]) -> None:
    """Refuse ratings of which any has a fault, or that rate an item twice; each is told."""
    errors = []
    seen: set[ItemKey] = set()
    for i, one in enumerate(given.ratings):
        key = (one.theme, one.provision)
        message = "It is rated twice; send it once." if key in seen else fault(one)
        seen.add(key)
        if message:
            errors.append(FieldError(field=f"body.ratings.{i}", message=message))
    if errors:
        raise Invalid(f"{len(errors)} ratings cannot be kept; none was.", errors=errors)


def field_of(key: ItemKey) -> str:
    """The item as a problem names it."""
    return f"items.{key[0]}.{key[1]}"


async def _own_sheet(
    session: AsyncSession, caller: Caller, assessment: Assessment, *, locked: bool
) -> RatingSheet:
    statement = select(RatingSheet).where(
        RatingSheet.assessment_id == assessment.id, RatingSheet.assessor == caller.subject
    )
    sheet = await session.scalar(statement.with_for_update() if locked else statement)
    if sheet is None:
        raise Forbidden("Only its assessors rate; a lead can name others.")
    return sheet


async def _unfinished_sheet(
    session: AsyncSession, caller: Caller, assessment: Assessment, version: int | None
) -> RatingSheet:
    sheet = await _own_sheet(session, caller, assessment, locked=True)
    sheet.check_version(version)
    if sheet.handed_in_on is not None:
        raise Conflict("You have handed in: your ratings stand.")
    return sheet


async def _ratings_of(session: AsyncSession, sheet: RatingSheet) -> Mapping[ItemKey, ItemRating]:
    statement = select(ItemRating).where(
        ItemRating.assessment_id == sheet.assessment_id, ItemRating.assessor == sheet.assessor
    )
    return {rating.key: rating for rating in await session.scalars(statement)}


async def _as_read(session: AsyncSession, sheet: RatingSheet) -> SheetRead:
    rated = await _ratings_of(session, sheet)
    items = []
    for item in await items_of_assessment(session, sheet.assessment_id):
        own = rated.get(item.key)
        items.append(
            SheetItem(
                theme=item.theme,
                provision=item.provision,
                questions=item.questions,
                score=item.score,
                rating=own and own.rating,
                reasons=own and own.reasons,
            )
        )
    return SheetRead(
        assessment_id=sheet.assessment_id,
        version=sheet.version,
        assessor=sheet.assessor,
        handed_in_on=sheet.handed_in_on,
        unrated=len(items) - len(rated),
        items=items,
    )
