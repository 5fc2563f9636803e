"""What is to be settled for a visit: the checklist that each begins with (¶7, ¶14, ¶16)."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final


class Anchor(StrEnum):
    """The day that an item is due in relation to."""

    START = "start"
    END = "end"


_ALL: Final = frozenset({"comprehensive", "focused", "targeted"})
_FOLLOW_UP: Final = _ALL - {"comprehensive"}
_WITH_TRAVEL: Final = frozenset({"on_site", "hybrid"})
_AT_A_DISTANCE: Final = frozenset({"hybrid", "virtual"})


@dataclass(frozen=True, slots=True)
class TemplateItem:
    """An item, who settles it, and how many days after the anchor it is due, before if negative."""

    code: str
    title: str
    responsible: str
    anchor: Anchor
    days: int
    kinds: Set[str] = _ALL
    modalities: Set[str] = _WITH_TRAVEL | _AT_A_DISTANCE


TEMPLATE: Final = (
    TemplateItem(
        "consent", "The consent and its conditions are confirmed", "lead", Anchor.START, -60
    ),
    TemplateItem(
        "note_verbale",
        "A note verbale tells the Permanent Mission the dates, scope and team",
        "mission support",
        Anchor.START,
        -45,
    ),
    TemplateItem(
        "organisations",
        "The organisations that take part have answered",
        "mission support",
        Anchor.START,
        -45,
    ),
    TemplateItem(
        "assessment_tools",
        "The overview of implementation assessment and the survey are up to date (¶5)",
        "lead",
        Anchor.START,
        -30,
        kinds=frozenset({"comprehensive"}),
    ),
    TemplateItem(
        "recommendations",
        "What became of the recommendations of the visit before is gone through (¶9)",
        "lead",
        Anchor.START,
        -30,
        kinds=_FOLLOW_UP,
    ),
    TemplateItem(
        "visas",
        "Visas are issued",
        "mission support",
        Anchor.START,
        -30,
        modalities=_WITH_TRAVEL,
    ),
    TemplateItem(
        "security_clearance",
        "The Department of Safety and Security has cleared the travel",
        "mission support",
        Anchor.START,
        -14,
        modalities=_WITH_TRAVEL,
    ),
    TemplateItem("dossier", "The team has the dossier on the State", "lead", Anchor.START, -14),
    TemplateItem("programme", "The programme is agreed with the State", "lead", Anchor.START, -14),
    TemplateItem(
        "other_visits",
        "The visit is coordinated with those of other United Nations bodies (¶14)",
        "lead",
        Anchor.START,
        -14,
    ),
    TemplateItem(
        "interpretation", "Interpretation is arranged", "mission support", Anchor.START, -10
    ),
    TemplateItem(
        "consultations",
        "The experts that the State asked to have heard are invited (¶7)",
        "lead",
        Anchor.START,
        -7,
    ),
    TemplateItem("briefing", "The team is briefed", "lead", Anchor.START, -7),
    TemplateItem(
        "connection",
        "The connection is tried with the State",
        "mission support",
        Anchor.START,
        -3,
        modalities=_AT_A_DISTANCE,
    ),
    TemplateItem(
        "national_strategy",
        "A comprehensive and integrated national strategy was encouraged (¶16)",
        "lead",
        Anchor.END,
        0,
    ),
    TemplateItem("exit_meeting", "The exit meeting was held", "lead", Anchor.END, 0),
    TemplateItem("thanks", "A note of thanks is sent", "mission support", Anchor.END, 7),
)
"""The project's own, after what ¶5, ¶7, ¶9, ¶14 and ¶16 ask of visits; the days are as well."""


def items_for(kind: str, modality: str) -> Iterator[TemplateItem]:
    """The items of a visit of this kind and modality, in the order of the template."""
    for item in TEMPLATE:
        if kind in item.kinds and modality in item.modalities:
            yield item


def due_on(anchor: str, days: int, starts_on: date, ends_on: date) -> date:
    """The day on which an item of a visit on these days is due."""
    return (starts_on if anchor == Anchor.START else ends_on) + timedelta(days=days)
