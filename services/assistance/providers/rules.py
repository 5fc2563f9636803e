"""What makes an offer usable."""

from collections.abc import Collection, Mapping
from datetime import date

FREE_STEPS: Mapping[str, tuple[str, ...]] = {"active": ("withdrawn",), "withdrawn": ()}
"""The steps allowed from each state of an offer (¶25)."""


def eligible_states(
    regions: Collection[str], member_states: Collection[str], region_of: Mapping[str, str]
) -> frozenset[str]:
    """The States that an offer reaches (¶25): those named, or all, as far as in its regions.

    `region_of` maps each State's alpha-3 code to its M49 region; no regions means every region.
    """
    return frozenset(
        state
        for state, region in region_of.items()
        if (not member_states or state in member_states) and (not regions or region in regions)
    )


def faults(
    *,
    regions: Collection[str],
    member_states: Collection[str],
    region_of: Mapping[str, str],
    new_dates: Mapping[str, date],
    today: date,
) -> list[tuple[str, str]]:
    """Every fault of an offer, as field and remedy (¶25).

    `new_dates` holds the dates being set, by field: willing and able are separate facts, and
    neither may be over already.
    """
    found = [
        (field, f"Give today, {today}, or a later date.")
        for field, day in new_dates.items()
        if day < today
    ]
    if not eligible_states(regions, member_states, region_of):
        message = (
            f"None of these States is in {', '.join(sorted(regions))}: no State is eligible. "
            "Name States of the offer's regions, or leave one of the two empty."
        )
        found.append(("member_states", message))
    return found
