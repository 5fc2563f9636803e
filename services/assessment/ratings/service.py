"""Sets out what is rated, settles where assessors differ, and keeps the final ratings."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.assessment.assessments.access import locked_open, read_readable, require_part
from services.assessment.assessments.models import Assessment, Audience, Dimension
from services.assessment.assessments.scoring import Response, audience_of
from services.assessment.ratings import sheets
from services.assessment.ratings.models import AssessmentItem, AssessmentRating
from services.assessment.ratings.rules import RatedItem, Rating, item_scores, items_of, tally
from services.assessment.ratings.schemas import (
    AssessorRating,
    ComparedItem,
    Comparison,
    FinalRating,
    FinalRatingQuery,
    RatingGiven,
    RatingsGiven,
)
from shared.auth import Caller
from shared.database import Page, UnitOfWork, paginate
from shared.errors import Conflict, FieldError, Invalid


async def lay_out(work: UnitOfWork, assessment: Assessment, response: Response) -> None:
    """Set out every item that is to be rated, and a sheet for each assessor."""
    rows = [
        AssessmentItem(
            assessment_id=assessment.id,
            theme=item.theme,
            provision=item.provision.name,
            position=position,
            resolution=item.provision.resolution,
            questions=[question.code for question in item.questions],
        )
        for position, item in enumerate(items_of(response.assessable[Audience.ALL]))
    ]
    _weigh(rows, response)
    work.session.add_all(rows)
    await sheets.hand_out(work, assessment, assessment.assessors)


async def compare(
    session: AsyncSession, caller: Caller, assessment_id: UUID, *, differing: bool = False
) -> Comparison:
    """The assessors' ratings side by side, which nobody sees before all have handed in (¶7)."""
    assessment = await read_readable(session, caller, assessment_id)
    return await _comparison(session, assessment, differing=differing)


async def settle(
    work: UnitOfWork, caller: Caller, assessment_id: UUID, version: int | None, given: RatingsGiven
) -> Comparison:
    """Keep what the assessors agreed, or a lead decided, on items that they rate differently."""
    assessment = await locked_open(work, assessment_id, version)
    require_part(caller, assessment)
    before = await _comparison(work.session, assessment, differing=True)
    differing = {(item.theme, item.provision) for item in before.items}

    def fault(one: RatingGiven) -> str | None:
        if (one.theme, one.provision) in differing:
            return None
        return "The assessors do not differ on such an item; settle those that they differ on."

    sheets.refuse_faults(given, fault)
    items = await sheets.items_of_assessment(work.session, assessment.id)
    by_key = {item.key: item for item in items}
    for one in given.ratings:
        item = by_key[one.theme, one.provision]
        item.rating, item.reasons, item.settled_by = one.rating, one.reasons, caller.subject
    assessment.unsettled = sum(1 for item in items if item.rating is None)
    flag_modified(assessment, "unsettled")  # what is settled anew is another version too
    await work.save(assessment)
    return await _comparison(work.session, assessment, differing=True)


async def conclude(work: UnitOfWork, assessment: Assessment) -> None:
    """See to it that every item has a final rating; one assessor alone hands in by completing.

    Raises:
        Invalid: with every item that is not rated or not settled.
    """
    handed_out = await sheets.sheets_of(work.session, assessment)
    if len(handed_out) == 1 and handed_out[0].handed_in_on is None:
        await sheets.close(work, assessment, handed_out[0])
    errors = []
    for sheet in handed_out:
        if sheet.handed_in_on is None:
            errors += await sheets.missing(work.session, sheet)
            errors.append(
                FieldError(
                    field=f"assessors.{sheet.assessor}",
                    message=f"{sheet.assessor} has not handed in.",
                )
            )
    if assessment.unsettled:
        errors += [
            FieldError(field=sheets.field_of(item.key), message="Settle it: the assessors differ.")
            for item in await sheets.items_of_assessment(work.session, assessment.id)
            if item.rating is None
        ]
    if errors:
        raise Invalid("Not every item has a final rating.", errors=errors)


async def keep_tallies(
    work: UnitOfWork, assessment: Assessment, response: Response
) -> list[RatedItem]:
    """Keep the final ratings taken together, for each audience (¶12); the items are returned."""
    rows = await sheets.items_of_assessment(work.session, assessment.id)
    _weigh(rows, response)
    await work.session.execute(
        delete(AssessmentRating).where(AssessmentRating.assessment_id == assessment.id)
    )
    tallies = [
        taken
        for audience in Audience
        for taken in _tallies(
            assessment.id,
            audience,
            [row for row in rows if audience is Audience.ALL or row.is_open],
        )
    ]
    await work.session.execute(insert(AssessmentRating), tallies)
    items = {item.key: item for item in items_of(response.assessable[Audience.ALL])}
    return [
        RatedItem(items[row.key], row.score, row.rating) for row in rows if row.rating is not None
    ]


async def list_ratings(
    session: AsyncSession, caller: Caller, assessment_id: UUID, query: FinalRatingQuery
) -> Page[FinalRating]:
    """The final ratings that the caller may see: of answers all of which it may see (¶23)."""
    assessment = await read_readable(session, caller, assessment_id)
    statement = select(AssessmentItem).where(
        AssessmentItem.assessment_id == assessment_id, AssessmentItem.rating.is_not(None)
    )
    if audience_of(caller, assessment) is Audience.OPEN:
        statement = statement.where(AssessmentItem.is_open)
    wanted = query.model_dump(include={"theme", "provision", "rating"}, exclude_none=True)
    for name, value in wanted.items():
        statement = statement.where(getattr(AssessmentItem, name) == value)
    position = AssessmentItem.position
    page = await paginate(session, statement, query, query.sort, {"position": position}, position)
    return page.map(FinalRating.model_validate)


def _weigh(rows: Iterable[AssessmentItem], response: Response) -> None:
    """Give each item the score of its answers, and say whether it is open."""
    items = items_of(response.assessable[Audience.ALL])
    scores = item_scores(items, response.counted[Audience.ALL])
    for row in rows:
        row.score, row.is_open = scores[row.key], response.is_open(row.questions)


def _tallies(
    assessment_id: UUID, audience: Audience, rows: Iterable[AssessmentItem]
) -> Iterable[dict[str, Any]]:
    groups: dict[tuple[Dimension, str], list[Rating]] = {}
    for row in rows:
        if row.rating is not None:
            for dimension, key in (
                (Dimension.OVERALL, ""),
                (Dimension.THEME, row.theme),
                (Dimension.RESOLUTION, str(row.resolution)),
                (Dimension.PROVISION, row.provision),
            ):
                groups.setdefault((dimension, key), []).append(row.rating)
    for (dimension, key), ratings in groups.items():
        taken = tally(ratings)
        yield {
            "assessment_id": assessment_id,
            "audience": audience,
            "dimension": dimension,
            "key": key,
            "rating": taken.rating,
            "counts": taken.counts,
        }


async def _comparison(
    session: AsyncSession, assessment: Assessment, *, differing: bool
) -> Comparison:
    if assessment.unsettled is None:
        raise Conflict("Ratings are compared once every assessor has handed in.")
    ratings = await sheets.ratings_by_item(session, assessment.id)
    items = []
    for item in await sheets.items_of_assessment(session, assessment.id):
        given = ratings[item.key]
        differs = len({one.rating for one in given}) > 1
        if differs or not differing:
            items.append(
                ComparedItem(
                    theme=item.theme,
                    provision=item.provision,
                    questions=item.questions,
                    score=item.score,
                    ratings={one.assessor: AssessorRating.model_validate(one) for one in given},
                    differs=differs,
                    rating=item.rating,
                    reasons=item.reasons,
                    settled_by=item.settled_by,
                )
            )
    return Comparison(
        assessment_id=assessment.id,
        version=assessment.version,
        unsettled=assessment.unsettled,
        items=items,
    )
