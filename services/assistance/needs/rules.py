"""When a need is opened, and the steps it may take."""

from collections.abc import Collection, Mapping
from textwrap import shorten

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "open": ("proposed", "withdrawn"),
    "proposed": ("in_project", "open", "withdrawn"),
    "in_project": ("met", "open"),
    "met": (),
    "withdrawn": (),
}
"""The steps allowed from each state of a need (¶25)."""

LIVE = frozenset({"open", "proposed", "in_project"})
"""A recommendation has at most one need in these states."""

CLOSING = frozenset({"implemented", "no_longer_relevant"})
"""The states of a recommendation in which it needs no help."""

_LONGEST_TITLE = 200


def ended_with(status: str) -> str:
    """Why a need was withdrawn, where its recommendation was closed in this state."""
    return f"The recommendation is {status.replace('_', ' ')}."


def opens_again(status: str, withdrawn_because: str | None) -> bool:
    """Whether a need opens anew as its recommendation is in this state, no longer closed.

    Only if its last one, withdrawn for this reason, ended with the recommendation (¶9).
    """
    ended = {ended_with(closed) for closed in CLOSING}
    return status not in CLOSING and withdrawn_because in ended


def opens_for_recommendation(*, help_needed: bool, known_needs: Collection[str]) -> bool:
    """Whether an issued recommendation opens a need, given the states of its needs so far (¶9).

    Not if there was one at all: a follow-up heard earlier had opened it, whatever came of it.
    """
    return help_needed and not known_needs


def opens_for_step(*, help_needed: bool, known_needs: Collection[str], status: str | None) -> bool:
    """Whether a step that a State reports opens a need (¶9).

    `known_needs` holds the states of the recommendation's needs, `status` the recommendation's
    own, if heard. A closed recommendation opens none: the follow-up was then heard late.
    """
    return help_needed and LIVE.isdisjoint(known_needs) and status not in CLOSING


def title_of(text: str, theme_name: str) -> str:
    """A need's title of at most 200 characters, from the recommendation's text.

    What a State keeps confidential comes without its text (¶23), so the theme stands in.
    """
    return shorten(text, _LONGEST_TITLE, placeholder="…") or f"Technical assistance: {theme_name}"
