"""The world, its regions and their subregions (M49), as sets of Member States."""

from dataclasses import dataclass

import numpy as np

from services.assessment.roll_ups.rules import Flags
from services.assessment.roll_ups.schemas import RollUpBy, RollUpQuery
from shared.reference import member_states

STATES = {code: position for position, code in enumerate(sorted(member_states()))}
"""Where each State stands in every array."""


@dataclass(frozen=True, slots=True)
class Place:
    """All Member States, those of a region, or those of a subregion."""

    region: str | None = None
    subregion: str | None = None


def _all_places() -> list[Place]:
    states = member_states().values()
    regions = {Place(state.region) for state in states}
    subregions = {Place(state.region, state.subregion) for state in states}
    ordered = sorted(regions | subregions, key=lambda at: (at.region or "", at.subregion or ""))
    return [Place(), *ordered]


PLACES = _all_places()


def _members() -> Flags:
    inside = np.zeros((len(PLACES), len(STATES)), dtype=np.bool_)
    for row, place in enumerate(PLACES):
        for state in member_states().values():
            inside[row, STATES[state.alpha3]] = place.region in (
                None,
                state.region,
            ) and place.subregion in (None, state.subregion)
    return inside


MEMBERS = _members()
"""Which States lie in which place: places x states."""


def places_of(query: RollUpQuery) -> list[int]:
    """The positions of the places that the query's cells are about."""
    by_region = query.place is RollUpBy.REGION or (query.place is None and query.region is not None)
    by_subregion = query.place is RollUpBy.SUBREGION or query.subregion is not None
    return [
        position
        for position, place in enumerate(PLACES)
        if (place.region is not None) == (by_region or by_subregion)
        and (place.subregion is not None) == by_subregion
        and query.region in (None, place.region)
        and query.subregion in (None, place.subregion)
    ]
