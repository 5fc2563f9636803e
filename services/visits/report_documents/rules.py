"""For whom a copy of a report is, and what it says of itself (¶23)."""

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Final

_READERS: Final = {
    "cted_lead": "the Executive Directorate",
    "cted_officer": "the Executive Directorate",
    "committee_chair": "the Committee",
    "committee_member": "the Committee",
    "member_state": "the focal points of {state}",
    "oct": "the Office of Counter-Terrorism",
    "un_entity": "the United Nations system",
    "service": "the United Nations system",
    "partner": "{organisation}",
}
"""By role; who holds several is addressed by the first."""


def reader_of(roles: Collection[str], state: str, organisation: str) -> str:
    """Whom a copy is for, by the reader's roles; `state` and `organisation` are their names.

    Raises:
        StopIteration: none of the roles reads reports.
    """
    named = next(named for role, named in _READERS.items() if role in roles)
    return named.format(state=state, organisation=organisation)


def copy_tag(said: str, form: str) -> str:
    """What tells one copy from another: the ETag of a file of `form` that says `said` (¶23).

    A copy names its reader and its day, so that a copy for others, or of another day, differs. It
    is weak: two files of the same copy may differ in what nobody reads.
    """
    return f'W/"{hashlib.sha256(f"{form} {said}".encode()).hexdigest()[:32]}"'


def in_words(day: date) -> str:
    """A day as documents write it, such as 29 February 2028."""
    return f"{day.day} {day:%B} {day.year}"


def span_in_words(first: date, last: date) -> str:
    """The days of a visit as documents write them, such as 3 to 7 March 2026."""
    if first == last:
        return in_words(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {in_words(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {in_words(last)}"
    return f"{in_words(first)} to {in_words(last)}"
