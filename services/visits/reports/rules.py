"""The way of a report from draft to submission (¶7)."""

from collections.abc import Mapping
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "drafted": ("drafted", "approved", "returned"),
    "returned": ("drafted",),
    "approved": ("submitted",),
    "submitted": (),
}
"""The steps allowed from each state of a report; to change a returned one drafts it anew."""


def faults_of_review(outcome: str, comment: str) -> list[tuple[str, str]]:
    """What is wrong with a review: (field, what to do); who returns a report says what to mend."""
    if outcome == "returned" and not comment:
        return [("comment", "Say what is to be changed.")]
    return []
