"""Puts rolled up numbers into their public form."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.assessment.roll_ups.places import MEMBERS, PLACES
from services.assessment.roll_ups.rules import Flags, RollUp, cautions
from services.assessment.roll_ups.schemas import (
    Caution,
    Change,
    Quartiles,
    RollUpBy,
    RollUpQuery,
    RollUpRow,
    YearRead,
)

_DIGITS = 4
_Numbers = dict[str, Any]
"""By field of RollUp; None where there is no number."""


def as_rows(
    query: RollUpQuery,
    subjects: Sequence[str],
    places: Sequence[int],
    years: range,
    cells: RollUp,
    withheld: Flags | None,
) -> list[RollUpRow]:
    """A row for each subject and place.

    With `withheld` it is for a State's focal point: of counts and means alone, for quartiles are
    single States' scores and a change that of the few who were assessed twice.
    """
    numbers = {field.name: _plain(getattr(cells, field.name)) for field in fields(cells)}
    spans = {name: numbers.pop(name) for name in ("span_paired", "span_change")}
    rows = []
    for k, subject in enumerate(subjects):
        for n, place in enumerate(places):
            row = RollUpRow(**_about(query, subject, place), years=[])
            for y, year in enumerate(years):
                cell = {name: values[k][n][y] for name, values in numbers.items()}
                if withheld is None:
                    row.years.append(_year(year, cell))
                elif withheld[k, n, y]:
                    row.years.append(YearRead(year=year, withheld=True))
                else:
                    row.years.append(_guarded(_year(year, cell)))
            if withheld is None and len(years) > 1:
                row.change = _change(spans["span_paired"][k][n], spans["span_change"][k][n])
            rows.append(row)
    return rows


def _plain(values: NDArray[Any]) -> list[Any]:
    rounded = np.round(values, _DIGITS)
    plain: list[Any] = np.where(np.isnan(rounded), None, rounded).tolist()  # type: ignore[call-overload]
    return plain


def _guarded(cell: YearRead) -> YearRead:
    return cell.model_copy(
        update={"standard_deviation": None, "quartiles": None, "change": None, "cautions": []}
    )


def _about(query: RollUpQuery, subject: str, place: int) -> dict[str, str | int | None]:
    about: dict[str, str | int | None] = {
        "region": PLACES[place].region,
        "subregion": PLACES[place].subregion,
        "member_states": int(MEMBERS[place].sum()),
    }
    by = query.about
    if by is not None:
        about[by.value] = int(subject) if by is RollUpBy.RESOLUTION else subject
    return about


def _year(year: int, cell: _Numbers) -> YearRead:
    quartiles = dict(zip(Quartiles.model_fields, cell["quartiles"], strict=True))
    known = cell["score"] is not None
    return YearRead(
        year=year,
        states=cell["states"],
        assessed_in_year=cell["assessed_in_year"],
        unanswered=cell["unanswered"],
        mean_age=cell["age"],
        score=cell["score"],
        low=cell["low"],
        high=cell["high"],
        standard_deviation=cell["deviation"],
        quartiles=Quartiles(**quartiles) if known else None,
        change=_change(cell["paired"], cell["change"]),
        cautions=[Caution(caution) for caution in _cautions(cell)] if known else [],
    )


def _cautions(cell: _Numbers) -> list[str]:
    lower, _, upper = cell["quartiles"]
    return cautions(cell["states"], cell["age"], cell["high"] - cell["low"], upper - lower)


def _change(states: int, score: float | None) -> Change | None:
    return None if score is None else Change(states=states, score=score)
