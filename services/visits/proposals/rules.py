"""What officers may ask of the year's list, and what is wrong with it (¶6)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Final, Literal

from services.visits.visit_list.rules import LONGEST_LIST, doubled

Fault = tuple[str, str]
"""A field, as a path, and what to do about it."""

_MOST_DAYS: Final = 10_000
_LONGEST_REASON: Final = 2000
_MOST_YEARS: Final = 100
_READ_STRICTLY: Final[dict[str, Any]] = {"extra": "forbid", "use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many at least and at most; both the same: exactly so many."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class NumberOfVisits:
    """The number of visits in the year; both the same: exactly so many."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    maximum: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class OfficersCapacity:
    """The officers' capacity, and what of it a visit takes, in officer-days."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    officers: int
    days_each: int
    """Days in the year that each officer has for visits, their preparation and reports."""
    days_per_visit: int
    """Officer-days of a comprehensive visit, all officers together."""
    days_per_focused_visit: int | None = None
    """Officer-days of a focused visit (¶7)."""
    focused: tuple[str, ...] = ()
    """The States where a focused visit would do, by alpha-3 code."""


@dataclass(frozen=True, slots=True)
class RecentlyVisited:
    """How many States may be on the list whose last visit was not long ago."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    under_years: float
    """What not long ago is: less than so many years before the day of the proposal."""
    maximum: int


@dataclass(frozen=True, slots=True)
class NamedState:
    """A State that is to be on the list, or off it, and why."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    member_state: str
    reason: str


Consent = Literal["unanswered", "declined"]


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the year's list has to keep to, whatever the ranking says."""

    __pydantic_config__: ClassVar[Any] = _READ_STRICTLY

    visits: NumberOfVisits
    regions: Mapping[str, Bounds] = field(default_factory=dict)
    """How many States of a UN M49 region, by its name."""
    regional_share_tolerance: float | None = None
    """How far a region's part of the list may be from its part of all States: 0.1 is ten
    percentage points, 0 as even as whole visits allow."""
    capacity: OfficersCapacity | None = None
    never_visited: int | None = None
    """At least so many States that were never visited (¶6)."""
    recently_visited: RecentlyVisited | None = None
    required: tuple[NamedState, ...] = ()
    left_out: tuple[NamedState, ...] = ()
    left_out_by_consent: tuple[Consent, ...] = ()
    """States whose latest request for consent is unanswered, or was declined, are left out."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A State as the ranking has it, and what constraints look at besides."""

    member_state: str
    position: int
    score: float
    region: str
    visited_on: date | None = None
    consent: Consent | None = None


def faults_of(asked: Constraints, states: Collection[str], regions: Collection[str]) -> list[Fault]:
    """What is wrong with the constraints, each by itself: (field, what to do).

    That all of them can be met together is another question, which the solver answers.
    """
    return [*_range_faults(asked, regions), *_state_faults(asked, states)]


def _range_faults(asked: Constraints, regions: Collection[str]) -> Iterator[Fault]:
    visits, capacity, recent = asked.visits, asked.capacity, asked.recently_visited
    yield from _outside("visits.maximum", visits.maximum, 1, LONGEST_LIST)
    yield from _bound_faults("visits", visits.minimum, visits.maximum)
    for region, bounds in asked.regions.items():
        if region not in regions:
            known = ", ".join(sorted(regions))
            yield f"regions.{region}", f"This is no UN M49 region; send one of {known}."
        yield from _bound_faults(f"regions.{region}", bounds.minimum, bounds.maximum)
        yield from _outside(f"regions.{region}.maximum", bounds.maximum, 0, LONGEST_LIST)
    yield from _outside("regional_share_tolerance", asked.regional_share_tolerance, 0, 1)
    if capacity is not None:
        focused = capacity.days_per_focused_visit
        yield from _outside("capacity.officers", capacity.officers, 0, _MOST_DAYS)
        yield from _outside("capacity.days_each", capacity.days_each, 0, 366)
        yield from _outside("capacity.days_per_visit", capacity.days_per_visit, 1, _MOST_DAYS)
        yield from _outside("capacity.days_per_focused_visit", focused, 1, _MOST_DAYS)
        if capacity.focused and focused is None:
            yield "capacity.days_per_focused_visit", "Say what a focused visit takes."
    yield from _outside("never_visited", asked.never_visited, 0, LONGEST_LIST)
    if recent is not None:
        yield from _outside("recently_visited.under_years", recent.under_years, 0, _MOST_YEARS)
        yield from _outside("recently_visited.maximum", recent.maximum, 0, LONGEST_LIST)


def _bound_faults(field: str, minimum: int | None, maximum: int | None) -> Iterator[Fault]:
    yield from _outside(f"{field}.minimum", minimum, 0, LONGEST_LIST)
    if minimum is not None and maximum is not None and minimum > maximum:
        yield f"{field}.minimum", f"It is above the maximum, {maximum}; lower it or raise that."


def _outside(field: str, value: float | None, low: int, high: int) -> Iterator[Fault]:
    if value is not None and not low <= value <= high:  # NaN is outside as well
        yield field, f"Give {low} to {high}."


def _state_faults(asked: Constraints, states: Collection[str]) -> Iterator[Fault]:
    required = {f"required.{n}.member_state": one for n, one in enumerate(asked.required)}
    left_out = {f"left_out.{n}.member_state": one for n, one in enumerate(asked.left_out)}
    focused = asked.capacity.focused if asked.capacity else ()
    for codes in (
        {place: named.member_state for place, named in required.items()},
        {place: named.member_state for place, named in left_out.items()},
        {f"capacity.focused.{n}": state for n, state in enumerate(focused)},
    ):
        again = doubled([*codes.values()])
        for n, (place, code) in enumerate(codes.items()):
            if code not in states:
                yield place, f"{code!r} is not the alpha-3 code of a Member State."
            if n in again:
                yield place, "Name each State once."
    both = {one.member_state for one in asked.required} & {
        one.member_state for one in asked.left_out
    }
    for place, named in (required | left_out).items():
        if named.member_state in both:
            yield place, f"{named.member_state} is both required and left out; ask for one."
        if not 0 < len(named.reason.strip()) <= _LONGEST_REASON:
            reason = f"{place.removesuffix('member_state')}reason"
            yield reason, f"Say why, in 1 to {_LONGEST_REASON} characters."
    for n in doubled(asked.left_out_by_consent):
        yield f"left_out_by_consent.{n}", "Name each once."
