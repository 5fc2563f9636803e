"""How a list comes to be adopted, what may change on it, and how two of its states differ (¶6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST_LIST: Final = 60
"""More visits a year than any has seen: it catches a slip of the hand, it is no target."""

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("submitted",),
    "submitted": ("adopted", "draft"),
    "adopted": (),
}
"""The steps allowed from each state of a list; the Committee may return it to draft."""


@dataclass(frozen=True, slots=True)
class Reranked:
    """A State on both lists that came on them with different ranks."""

    member_state: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What one state of a list has that another has not."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    reranked: tuple[Reranked, ...]


def difference(before: Mapping[str, int], after: Mapping[str, int]) -> Difference:
    """How a list differs from an earlier state of it (¶6: transparency).

    Both map each listed State to its position among all States when it came on the list.
    """
    return Difference(
        added=tuple(state for state in after if state not in before),
        removed=tuple(state for state in before if state not in after),
        reranked=tuple(
            Reranked(state, before[state], position)
            for state, position in after.items()
            if before.get(state, position) != position
        ),
    )


def doubled(member_states: Sequence[str]) -> list[int]:
    """The places, from 0, at which a State stands that came before."""
    return [n for n, state in enumerate(member_states) if state in member_states[:n]]


def faults_of_change(
    listed: Collection[str], added: Sequence[str], removed: Sequence[str]
) -> list[tuple[str, str]]:
    """What is wrong with a change to an adopted list: (field, what to do), none if it is sound.

    A State is added only if it is not listed and removed only if it is, each once, and something
    must change (¶6).
    """
    faults = [] if added or removed else [("added", "Add or remove at least one State.")]
    for field, states in (("added", added), ("removed", removed)):
        faults += [(f"{field}.{n}", "Name each State once.") for n in doubled(states)]
    faults += [
        (f"added.{n}", f"{state} is on the list already; leave it out.")
        for n, state in enumerate(added)
        if state in listed
    ]
    faults += [
        (f"removed.{n}", f"{state} is not on the list; leave it out.")
        for n, state in enumerate(removed)
        if state not in listed
    ]
    room = LONGEST_LIST - len(listed) + len(removed)
    if len(added) > room:
        faults.append(("added", f"A list holds at most {LONGEST_LIST} States."))
    return faults
