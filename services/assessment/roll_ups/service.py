"""Rolls up the scores of the assessments that a caller may see."""

import asyncio
from datetime import date

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.roll_ups.places import MEMBERS, STATES, places_of
from services.assessment.roll_ups.presentation import as_rows
from services.assessment.roll_ups.rules import Assessed, Flags, roll_up
from services.assessment.roll_ups.schemas import MOST_YEARS, RollUpQuery, RollUpRead, RollUpRow
from services.assessment.roll_ups.scores import read_scores
from services.assessment.roll_ups.suppression import others_since, suppressed
from shared.auth import Caller, Role
from shared.errors import Forbidden, Invalid

_YEARS_BEFORE = 5


async def rolled_up(
    session: AsyncSession, caller: Caller, query: RollUpQuery, today: date
) -> RollUpRead:
    """Implementation in each cell and year that the query asks for."""
    guarded = not caller.is_cted_or_committee and caller.has_any(Role.MEMBER_STATE)
    if guarded and (query.tool or query.instrument):
        raise Forbidden(
            "A Member State's roll-ups are over all survey tools, so that nothing follows by "
            "subtraction; leave out tool and instrument."
        )
    # For a focal point, two readings of a year that goes on would tell what came in between.
    years = _years(query, today.year - 1 if guarded else today.year)
    read = RollUpRead(from_year=years[0], to_year=years[-1], rows=[])
    subjects, found = await read_scores(session, caller, query, years[-1])
    if subjects:
        own = STATES[caller.member_state or ""] if guarded else None
        # Many provisions in every subregion take long: not on the event loop.
        read.rows = await asyncio.to_thread(_rows, query, subjects, found, years, own)
    return read


def _rows(
    query: RollUpQuery, subjects: list[str], found: Assessed, years: range, own: int | None
) -> list[RollUpRow]:
    """The rows, for a focal point of the State at `own` without what is to be withheld."""
    at = places_of(query)
    cells = roll_up(found, len(subjects), MEMBERS[at], years)
    withheld = None if own is None else _withheld(found, len(subjects), own, years)[:, at]
    return as_rows(query, subjects, at, years, cells, withheld)


def _years(query: RollUpQuery, last: int) -> range:
    to_year = query.to_year or last
    if to_year > last:
        raise Invalid.of_field("query.to_year", f"You may see years up to {last}.")
    from_year = query.from_year or to_year - _YEARS_BEFORE
    if not 0 <= to_year - from_year < MOST_YEARS:
        raise Invalid.of_field(
            "query.from_year", f"Give one of the {MOST_YEARS} years up to {to_year}."
        )
    return range(from_year, to_year + 1)


def _withheld(found: Assessed, subjects: int, own: int, years: range) -> Flags:
    """What to withhold: subjects x all places x years."""
    # All years, whatever was asked for: what is withheld may not depend on that.
    ever = range(min(int(found.year.min()), years.start), years.stop)
    places = np.delete(MEMBERS, own, axis=1)
    since = others_since(found, subjects, len(STATES), own, ever)
    known: dict[bytes, Flags] = {}  # many subjects are asked of the same States
    for states in since:
        if states.tobytes() not in known:
            known[states.tobytes()] = suppressed(states, places)
    hidden = np.stack([known[states.tobytes()] for states in since])
    return hidden[..., years.start - ever.start :]
