"""What a State may answer, what may become of its answer, and which visit it allows (¶6, ¶7)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("given", "declined", "deferred", "withdrawn"),
    "deferred": ("given", "declined", "deferred", "withdrawn"),
    "given": ("revoked", "expired"),
    "declined": (),
    "withdrawn": (),
    "revoked": (),
    "expired": (),
}
"""The steps allowed from each state of a request; a deferred one is still to be answered."""

UNANSWERED: Final = frozenset({"requested", "deferred"})
HOLDING: Final = UNANSWERED | {"given"}
"""The states in which a second request to the same State makes no sense."""


def faults_of_answer(
    answer: str,
    today: date,
    *,
    conditions: Collection[str] = (),
    reason: str = "",
    until: date | None = None,
    valid_until: date | None = None,
) -> list[tuple[str, str]]:
    """What is wrong with an answer: (field, what to do), none if it is sound.

    Only consent has conditions and a validity; to decline takes a reason, which the Committee
    needs for its planning (¶6: transparency); to defer takes the date by which the State answers.
    """
    faults = []
    later = f"Give a date after today, {today}."
    if answer == "declined" and not reason:
        faults.append(("reason", "Give the reason for declining."))
    if answer != "given" and conditions:
        faults.append(("conditions", "Conditions go with consent; put this under reason."))
    if answer == "deferred" and until is None:
        faults.append(("until", "Give the date by which the State will answer."))
    elif answer != "deferred" and until is not None:
        faults.append(("until", "Only a deferral has a date of the answer; leave it out."))
    elif until is not None and until <= today:
        faults.append(("until", later))
    if answer != "given" and valid_until is not None:
        faults.append(("valid_until", "Only consent has a validity; leave it out."))
    elif valid_until is not None and valid_until <= today:
        faults.append(("valid_until", later))
    return faults


def hindrance_to_visit(member_state: str, status: str, removed_on: date | None) -> str | None:
    """Why no visit can be scheduled on a consent as it stands, or None (¶6, ¶7)."""
    if status != "given":
        return f"The consent of {member_state} is {status}, not given."
    if removed_on is not None:
        return (
            f"{member_state} was taken off the list on {removed_on}: "
            "the Committee adds it again before it is visited."
        )
    return None


def faults_of_visit(
    visit_kind: str | None, valid_until: date | None, kind: str, ends_on: date
) -> list[tuple[str, str]]:
    """What of a visit the State did not consent to: (field, what to do), none if it did.

    `visit_kind` is the one kind that the consent is about, `valid_until` its last day.
    """
    faults = []
    if visit_kind not in (None, kind):
        faults.append(("kind", f"The State consented to a {visit_kind} visit."))
    if valid_until is not None and ends_on > valid_until:
        faults.append(("ends_on", f"The consent is valid until {valid_until}; end by then."))
    return faults


def hindrance_to_revocation(visit_starts_on: date | None, today: date) -> str | None:
    """Why a State cannot take its consent back: its visit has begun. None if it can.

    `visit_starts_on` is the first day of the visit that was scheduled on it, if one was.
    """
    if visit_starts_on is not None and visit_starts_on <= today:
        return f"The visit began on {visit_starts_on}; consent is revoked before that."
    return None


def covers(visit_kinds: Collection[str], visit_kind: str | None) -> bool:
    """Whether a standing consent answers a request for a kind of visit.

    One without kinds consents to any visit; one with kinds answers only a request that says
    which of them it is about.
    """
    return not visit_kinds or visit_kind in visit_kinds
