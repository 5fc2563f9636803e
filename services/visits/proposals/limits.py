"""What officers ask of the list as linear rows: weights over the States, and their bounds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from services.visits.proposals.rules import Candidate, Constraints, OfficersCapacity
from services.visits.ranking.factors import DAYS_A_YEAR

Weights = npt.NDArray[np.int64]
"""What each State on the list adds to a row; shape (States,), in the order of the ranking."""

_PARTS = 1000
"""A share is counted in so many parts, as the solver knows whole numbers only."""


@dataclass(frozen=True, slots=True)
class Row:
    """The weights of the States on the list sum to at least `low` and at most `high`."""

    weights: Weights
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One constraint: its field, what it asks in words, and how to ask for less."""

    name: str
    asks: str
    way_out: str
    rows: tuple[Row, ...]

    def touches(self, state: int) -> bool:
        """Whether it makes a difference to this limit that the State is on the list."""
        return any(row.weights[state] != 0 for row in self.rows)

    def reached(self, listed: Sequence[int]) -> int | None:
        """What the States on the list sum to; None where it is not one sum."""
        if len(self.rows) != 1:
            return None
        return int(self.rows[0].weights[list(listed)].sum())


def limits_of(asked: Constraints, ranked: Sequence[Candidate], on: date) -> list[Limit]:
    """Everything that is asked of the list, each named after its field, in the fields' order."""
    return [*_of_numbers(asked, ranked, on), *_of_states(asked, ranked)]


def _of_numbers(asked: Constraints, ranked: Sequence[Candidate], on: date) -> Iterator[Limit]:
    visits, recent = asked.visits, asked.recently_visited
    yield _at_most("visits.maximum", visits.maximum, "visits", _where(True for _ in ranked))
    if visits.minimum:
        yield _at_least("visits.minimum", visits.minimum, "visits", _where(True for _ in ranked))
    for region, bounds in asked.regions.items():
        of_region = _where(state.region == region for state in ranked)
        words = f"of the {int(of_region.sum())} States of {region}"
        if bounds.minimum:
            yield _at_least(f"regions.{region}.minimum", bounds.minimum, words, of_region)
        if bounds.maximum is not None:
            yield _at_most(f"regions.{region}.maximum", bounds.maximum, words, of_region)
    if asked.regional_share_tolerance is not None:
        yield _regional_shares(asked.regional_share_tolerance, ranked)
    if asked.capacity is not None:
        yield _capacity(asked.capacity, ranked)
    if asked.never_visited:
        never = _where(state.visited_on is None for state in ranked)
        words = f"of the {int(never.sum())} States never visited"
        yield _at_least("never_visited", asked.never_visited, words, never)
    if recent is not None:
        days = recent.under_years * DAYS_A_YEAR
        lately = _where(
            state.visited_on is not None and (on - state.visited_on).days < days for state in ranked
        )
        words = (
            f"of the {int(lately.sum())} States visited less than {recent.under_years:g} years ago"
        )
        yield _at_most("recently_visited", recent.maximum, words, lately)


def _of_states(asked: Constraints, ranked: Sequence[Candidate]) -> Iterator[Limit]:
    for n, named in enumerate(asked.required):
        alone = _where(state.member_state == named.member_state for state in ranked)
        words = f"{named.member_state} on the list"
        yield Limit(f"required.{n}", words, "require it no longer", (Row(alone, low=1),))
    for n, named in enumerate(asked.left_out):
        alone = _where(state.member_state == named.member_state for state in ranked)
        words = f"{named.member_state} not on the list"
        yield Limit(f"left_out.{n}", words, "leave it out no longer", (Row(alone, high=0),))
    for n, consent in enumerate(asked.left_out_by_consent):
        those = _where(state.consent == consent for state in ranked)
        words = f"no State whose consent is {consent} ({int(those.sum())} now)"
        way_out = "leave them out no longer"
        yield Limit(f"left_out_by_consent.{n}", words, way_out, (Row(those, high=0),))


def _regional_shares(tolerance: float, ranked: Sequence[Candidate]) -> Limit:
    """Each region's part of the list within the tolerance of its part of all States.

    Of n visits, a region with the part s of all States has from floor((s - t) n) to
    ceil((s + t) n): both are linear in n once multiplied by the States times 1000.
    """
    scale = len(ranked) * _PARTS
    around = round(tolerance * _PARTS) * len(ranked)
    rows: list[Row] = []
    for region in sorted({state.region for state in ranked}):
        of_region = _where(state.region == region for state in ranked)
        share = int(of_region.sum()) * _PARTS
        rows.append(Row(scale * of_region - (share - around), low=1 - scale))
        rows.append(Row(scale * of_region - (share + around), high=scale - 1))
    words = f"each region's part of the list within {tolerance:.1%} of its part of all States"
    return Limit("regional_share_tolerance", words, "raise it", tuple(rows))


def _capacity(capacity: OfficersCapacity, ranked: Sequence[Candidate]) -> Limit:
    focused = capacity.days_per_focused_visit or 0
    days = np.array(
        [
            focused if state.member_state in capacity.focused else capacity.days_per_visit
            for state in ranked
        ],
        dtype=np.int64,
    )
    there_are = capacity.officers * capacity.days_each
    way_out = "plan with more officers, more days, or shorter visits"
    return Limit(
        "capacity", f"at most {there_are} officer-days", way_out, (Row(days, high=there_are),)
    )


def _at_least(name: str, number: int, of_what: str, members: Weights) -> Limit:
    return Limit(name, f"at least {number} {of_what}", "lower it", (Row(members, low=number),))


def _at_most(name: str, number: int, of_what: str, members: Weights) -> Limit:
    return Limit(name, f"at most {number} {of_what}", "raise it", (Row(members, high=number),))


def _where(members: Iterable[bool]) -> Weights:
    return np.fromiter(members, dtype=np.int64)
