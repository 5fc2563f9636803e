"""What becomes of a standing consent, and when it is complete (¶6)."""

from collections.abc import Mapping
from datetime import date
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "in_force": ("revoked", "expired"),
    "revoked": (),
    "expired": (),
}
"""The steps allowed from each state of a standing consent."""


def faults_of_standing_consent(
    valid_until: date | None, document: str, today: date, *, by_state: bool
) -> list[tuple[str, str]]:
    """What is wrong with a standing consent: (field, what to do), none if it is sound.

    CTED records one for a State only with the document in which the State gave it.
    """
    faults = []
    if valid_until is not None and valid_until <= today:
        faults.append(("valid_until", f"Give a date after today, {today}."))
    if not by_state and not document:
        faults.append(("document", "Name the State's letter or note in which it consents."))
    return faults
