"""Whom the Chair asks to invite, and what becomes of it (¶8)."""

from collections.abc import Mapping, Sequence
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("issued", "refused", "cancelled", "accepted", "declined"),
    "issued": ("accepted", "declined"),
    "refused": (),
    "accepted": ("accepted", "declined"),
    "declined": ("accepted", "declined"),
    "cancelled": ("issued", "accepted", "declined"),
}
"""The steps allowed from each state of a request.

The notifications service carries it out: where it did so before it could be cancelled, that is
what is shown, and a State may answer anew until the meeting. The answer may be heard of first,
where the invitation's own event was put aside.
"""


def faults_of_request(officials: Sequence[str], *, is_assessed: bool) -> list[tuple[str, str]]:
    """What is wrong with a request: (field, what to do).

    Assessed States are invited (¶8), and each office once.
    """
    faults = []
    if not is_assessed:
        way_out = (
            "No report on this State is submitted and no assessment of it is known here; "
            "say `assessed` if it has one all the same."
        )
        faults.append(("member_state", way_out))
    names = [office.casefold() for office in officials]
    faults += [
        (f"officials.{n}", "Name each office once.")
        for n, name in enumerate(names)
        if name in names[:n]
    ]
    return faults
