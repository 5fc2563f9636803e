"""What a State may answer, and when (¶6)."""

from collections.abc import Mapping
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("given", "declined", "deferred"),
    "deferred": ("given", "declined", "deferred"),
    "given": (),
    "declined": (),
}
"""The answers allowed from each state of a request; a deferred one is still to be answered."""

STANDING: Final = frozenset({"requested", "deferred", "given"})
"""The states in which a second request to the same State makes no sense."""


def faults_of_answer(answer: str, conditions: str, reason: str) -> list[tuple[str, str]]:
    """What is wrong with an answer: (field, what to do), none if it is sound.

    Consent may have conditions, and nothing else can; to decline takes a reason, which the
    Committee needs for its planning (¶6: transparency).
    """
    faults = []
    if answer == "declined" and not reason:
        faults.append(("reason", "Give the reason for declining."))
    if answer != "given" and conditions:
        faults.append(("conditions", "Conditions go with consent; put this under reason."))
    return faults
