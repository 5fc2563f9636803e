"""When the record of a strategy is whole and free of contradiction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

_IN_FORCE_ONCE = frozenset({"adopted", "under_revision", "expired"})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is recorded of a strategy."""

    kind: str
    regional_body: str | None
    status: str
    adopted_on: date | None
    reviewed_on: date | None
    valid_until: date | None
    elements: Collection[str]
    mechanism: str


def faults_of_strategy(known: Recorded, today: date) -> list[tuple[str, str]]:
    """What contradicts itself in the record (¶16, ¶17): (field, what to do), all at once.

    A regional strategy names its body. What was in force has the date of its adoption, what never
    was has none, and none of the dates before it. A mechanism is described if, and only if, the
    elements name one: ¶16 asks for strategies "and effective mechanisms to implement them".
    """
    faults = []
    if (known.kind == "regional") != (known.regional_body is not None):
        faults.append(("regional_body", "Name it for a regional strategy, and for no other."))
    if known.status in _IN_FORCE_ONCE and known.adopted_on is None:
        faults.append(("adopted_on", f"A strategy that is {known.status} was adopted: say when."))
    if known.status not in _IN_FORCE_ONCE and known.adopted_on is not None:
        faults.append(("adopted_on", f"Leave it out: the strategy is {known.status}."))
    faults += [
        (field, f"Give a date up to today, {today}.")
        for field, day in (("adopted_on", known.adopted_on), ("reviewed_on", known.reviewed_on))
        if day is not None and day > today
    ]
    faults += [
        (field, "Give a date on or after that of the adoption.")
        for field, day in (("reviewed_on", known.reviewed_on), ("valid_until", known.valid_until))
        if day is not None and (known.adopted_on is None or day < known.adopted_on)
    ]
    if known.status == "none_known" and known.elements:
        faults.append(("elements", "Leave them out: no strategy is known."))
    if ("implementation_mechanism" in known.elements) != bool(known.mechanism):
        faults.append(
            (
                "mechanism",
                "Describe it where elements has implementation_mechanism, and only there.",
            )
        )
    return faults


def missing_elements(present: Collection[str], all_elements: Collection[str]) -> list[str]:
    """What a strategy lacks to be comprehensive and integrated, in the order of all elements.

    It is what CTED may advise on, upon request (¶17).
    """
    return [element for element in all_elements if element not in present]
