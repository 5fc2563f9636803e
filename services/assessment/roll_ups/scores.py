"""Reads the scores of the assessments that a caller may see, as columns."""

from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnCollection,
    ColumnElement,
    Integer,
    and_,
    cast,
    extract,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.assessments.models import (
    Assessment,
    AssessmentScore,
    Audience,
    Dimension,
)
from services.assessment.instruments.models import Instrument
from services.assessment.roll_ups.places import STATES
from services.assessment.roll_ups.rules import Assessed, Integers
from services.assessment.roll_ups.schemas import RollUpBy, RollUpQuery
from services.assessment.surveys.models import Survey
from shared.auth import Caller, Role

_DIMENSION = {
    RollUpBy.THEME: Dimension.THEME,
    RollUpBy.RESOLUTION: Dimension.RESOLUTION,
    RollUpBy.PROVISION: Dimension.PROVISION,
}


async def read_scores(
    session: AsyncSession, caller: Caller, query: RollUpQuery, to_year: int
) -> tuple[list[str], Assessed]:
    """The subjects, and their scores until the year's end that the caller may see."""
    turn = func.row_number().over(order_by=(Assessment.completed_on, Assessment.id))
    counted = select(
        Assessment.id,
        Assessment.member_state,
        Assessment.confidential,
        cast(extract("year", Assessment.completed_on), Integer).label("year"),
        turn.label("turn"),
    ).where(Assessment.completed_on <= date(to_year, 12, 31))
    if query.tool or query.instrument:
        counted = counted.join(Survey).join(Instrument)
    if query.tool:
        counted = counted.where(Instrument.tool == query.tool)
    if query.instrument:
        counted = counted.where(Instrument.code == query.instrument)
    of = counted.cte("counted")
    table = AssessmentScore
    by_subject = (
        select(
            table.key,
            *map(func.array_agg, (of.c.turn, table.score, table.low, table.high)),
            null(),
        )
        .join(of, of.c.id == table.assessment_id)
        .where(
            table.dimension == (_DIMENSION[query.about] if query.about else Dimension.OVERALL),
            _may_see(caller, of.c),
        )
        .group_by(table.key)
    )
    if query.theme:
        by_subject = by_subject.where(table.key == query.theme)
    if query.resolution:
        number = str(query.resolution)
        by_subject = by_subject.where(or_(table.key == number, table.key.startswith(f"{number} ")))
    year, state = (
        func.array_agg(aggregate_order_by(column, of.c.turn))
        for column in (of.c.year, of.c.member_state)
    )
    # An array for each subject spares an object for each score, and one statement an assessment
    # that is completed in between.
    once = select(null(), year, null(), null(), null(), state)
    rows = (await session.execute(union_all(once, by_subject))).tuples()
    found: dict[str | None, Any] = {row[0]: row[1:] for row in rows}
    years, *_, states = found.pop(None)
    subjects = sorted((key for key in found if key is not None), key=_citation)
    return subjects, _in_order(
        np.array([STATES[state] for state in states or []], dtype=np.int64),
        np.array(years or [], dtype=np.int64),
        [found[subject][:-1] for subject in subjects],
    )


def _may_see(caller: Caller, of: ColumnCollection[str, Any]) -> ColumnElement[bool]:
    """The scores that the caller may know each of, and for a focal point what is in the means."""
    everything = AssessmentScore.audience == Audience.ALL
    if caller.is_cted_or_committee:
        return everything
    open_to_all = and_(AssessmentScore.audience == Audience.OPEN, ~of.confidential)
    if caller.has_any(Role.MEMBER_STATE):
        own = of.member_state == caller.member_state
        # One that answered nothing would hide behind how few a mean is of.
        others = and_(~own, open_to_all, AssessmentScore.score.is_not(None))
        return or_(and_(own, everything), others)
    return open_to_all


def _in_order(states: Integers, years: Integers, subjects: list[tuple[list[Any], ...]]) -> Assessed:
    """The subjects' arrays joined, in the order of completion."""
    joined = [[*chain.from_iterable(column)] for column in zip(*subjects, strict=True)]
    turns, *scores = joined or [[]] * 4
    turn = np.array(turns, dtype=np.int64) - 1
    order = np.argsort(turn)
    subject = np.repeat(np.arange(len(subjects)), [len(arrays[0]) for arrays in subjects])
    return Assessed(
        subject[order],
        states[turn[order]],
        years[turn[order]],
        *(np.array(values, dtype=np.float64)[order] for values in scores),
    )


def _citation(key: str) -> tuple[int, str]:
    """Resolutions and provisions by number, themes by name."""
    number = key.partition(" ")[0]
    return (int(number) if number.isdigit() else 0, key)
