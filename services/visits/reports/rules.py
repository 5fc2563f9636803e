"""The way of a report from draft to submission, and the time for each stage of it (¶7)."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "drafting": ("review",),
    "review": ("drafting", "fact_check"),
    "fact_check": ("finalisation",),
    "finalisation": ("review", "consideration"),
    "consideration": ("finalisation", "cleared"),
    "cleared": ("submitted",),
    "submitted": (),
}
"""The steps allowed from each state of a report.

What changed so much after the fact-check that it is reviewed again is checked by the State again.
"""

FREE_STEPS_OF_COMMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("resolved",),
    "resolved": ("open",),
}
"""The steps allowed from each state of a comment."""

TARGET_DAYS: Final[Mapping[str, int]] = {
    "drafting": 14,
    "review": 7,
    "fact_check": 14,
    "finalisation": 7,
    "consideration": 10,
}
"""Days for each stage: the project's own, for ¶7 asks to shorten timelines and gives no number.

They add up to 52, and to 59 with the longer fact-check of a least developed State: within the 60
days that a visit's report has, if its drafting begins as the visit ends.
"""

LEAST_DEVELOPED_FACT_CHECK_DAYS: Final = 21
"""The project's own: ¶7 asks to bear in mind differences in Member State capacity."""

WRITTEN_IN: Final = ("drafting", "finalisation")
"""Where the text changes; elsewhere someone is reading it."""

COMMENTED_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "drafting": ("cted",),
    "review": ("cted",),
    "fact_check": ("cted", "member_state"),
    "finalisation": ("cted",),
    "consideration": ("cted", "committee"),
    "cleared": (),
    "submitted": (),
}
"""Who comments on a report in each of its states."""

THREADS_READ_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "cted": ("cted", "member_state", "committee"),
    "member_state": ("member_state",),
    "committee": ("member_state", "committee"),
}
"""Whose threads each party reads: a review is CTED's own, and what became of the State's comments
is the Committee's to know."""

LONGEST_KEY: Final = 60

Faults = list[tuple[str, str]]
"""Each as (field, what to do)."""


def target_on(stage: str, entered_on: date, *, least_developed: bool) -> date:
    """When a report that entered `stage` on this day is to leave it (¶7)."""
    days = TARGET_DAYS[stage]
    if stage == "fact_check" and least_developed:
        days = LEAST_DEVELOPED_FACT_CHECK_DAYS
    return entered_on + timedelta(days=days)


def is_initial(kind: str, *, known_initial: bool) -> bool:
    """Whether the report of a visit of this kind is the initial assessment report of ¶9.

    A comprehensive visit's is; a focused or targeted one complements it (¶7), and is initial only
    where there is none to complement: unless `known_initial`.
    """
    return kind == "comprehensive" or not known_initial


def key_of(heading: str) -> str:
    """A section's key, made from its heading; empty if it has no Latin letters or digits."""
    latin = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", latin)[:LONGEST_KEY].strip("-")


def faults_of_keys(keys: Sequence[str]) -> Faults:
    """What is wrong with the keys of a report's sections, in their order."""
    faults = []
    for n, key in enumerate(keys):
        if not key:
            message = "Give a key of small Latin letters, digits and hyphens; the heading has none."
            faults.append((f"sections.{n}.key", message))
        elif key in keys[:n]:
            message = f"Another section has the key {key}; give each a key of its own."
            faults.append((f"sections.{n}.key", message))
    return faults


def faults_of_decision(outcome: str, comment: str) -> Faults:
    """What is wrong with a review or a consideration: who returns a report says what to mend."""
    if outcome == "returned" and not comment:
        return [("comment", "Say what is to be changed.")]
    return []


def faults_of_resolution(outcome: str, reason: str) -> Faults:
    """What is wrong with the answer to a comment: who does not take it up says why."""
    if outcome == "not_taken_up" and not reason:
        return [("reason", "Say why the report does not take it up.")]
    return []


def faults_of_extension(due_on: date, present: date, today: date) -> Faults:
    """What is wrong with a later date for the fact-check, which is due on `present`."""
    least = max(present, today)
    return [] if due_on > least else [("due_on", f"Give a date after {least}.")]
