"""Which event opens which dated duty, which closes it, and when its parties are reminded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "open": ("approaching", "missed", "met"),
    "approaching": ("missed", "met", "open"),
    "missed": ("met", "open"),
    "met": ("open",),
}
"""The steps allowed from each state of a deadline; it may be met late, moved, or owed again."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody owes by a date, by the names of the events and of their fields."""

    name: str
    owed_by: str
    opened_by: tuple[str, ...]
    about: str
    """The field, of every event here, that identifies what the duty is about."""
    due: str
    """The opening events' field that holds the date."""
    closed_by: tuple[str, ...]
    closes_if: tuple[str, tuple[str, ...]] | None = None
    """A field of the closing event, where it has it, and the values that close.

    With another value, what was met is owed again: its closing was taken back.
    """
    opens_if: tuple[str, object] | None = None
    """A field of the opening event, where it has it, and the value with which it opens."""
    part_of: str | None = None
    """The opening events' field that identifies what keeps it confidential (¶23)."""


DUTIES = (
    Duty(
        name="survey-response",
        owed_by="member_state",
        opened_by=("survey-issued", "survey-due-changed"),
        about="survey_id",
        due="due_on",
        closed_by=("response-submitted",),
    ),
    Duty(
        name="clarification",
        owed_by="member_state",
        opened_by=("response-returned",),
        about="clarification_id",
        due="due_on",
        closed_by=("response-submitted",),
        part_of="survey_id",
    ),
    Duty(
        name="consent-answer",
        owed_by="member_state",
        opened_by=("consent-requested", "consent-deferred"),
        about="consent_id",
        due="answer_due_on",
        closed_by=("consent-given", "consent-declined", "consent-ended"),
    ),
    Duty(
        name="visit-report",
        owed_by="cted",
        opened_by=("visit-completed",),
        about="mission_id",
        due="report_due_on",
        closed_by=("report-submitted",),
    ),
    Duty(
        name="fact-check",
        owed_by="member_state",
        opened_by=("fact-check-requested",),
        about="fact_check_id",
        due="fact_check_due_on",
        closed_by=("fact-check-ended",),
        part_of="report_id",
    ),
    Duty(
        name="follow-up",
        owed_by="member_state",
        opened_by=("report-submitted", "follow-up-extended"),
        opens_if=("initial", True),
        about="report_id",
        due="follow_up_due_on",
        closed_by=("follow-up-reported",),
    ),
    Duty(
        name="recommendation",
        owed_by="member_state",
        opened_by=("recommendation-issued",),
        about="recommendation_id",
        due="target_on",
        closed_by=("recommendation-status-changed",),
        closes_if=("status", ("implemented", "no_longer_relevant")),
    ),
    Duty(
        name="match-answer",
        owed_by="organisation",
        opened_by=("match-proposed",),
        about="match_id",
        due="answer_due_on",
        closed_by=("match-accepted", "match-declined"),
        closes_if=("outcome", ("declined", "withdrawn")),  # what lapsed was not answered
    ),
    Duty(
        name="project-completion",
        owed_by="organisation",
        opened_by=("project-started",),
        about="project_id",
        due="ends_on",
        closed_by=("project-completed",),
    ),
)
"""Every dated duty of the cycle (¶5, ¶6, ¶9, ¶25)."""


KEPT_BETWEEN = frozenset({"consent-answer", "fact-check"})
"""What is due between the State, CTED and the Committee: no other reads what it is about."""


def duties_opened(event_name: str, data: Mapping[str, Any]) -> list[Duty]:
    """The duties that begin with an event of this name and with this data."""
    return [duty for duty in DUTIES if event_name in duty.opened_by and _opens(duty, data)]


def duties_closed(event_name: str, data: Mapping[str, Any]) -> list[Duty]:
    """The duties that are met by an event of this name and with this data."""
    return [duty for duty in _concerned(event_name, data) if _closes(duty, data)]


def duties_owed_again(event_name: str, data: Mapping[str, Any]) -> list[Duty]:
    """The duties that, if they were met, are not by what this event says."""
    return [duty for duty in _concerned(event_name, data) if not _closes(duty, data)]


def approaching_on(due_on: date, opened_on: date) -> date:
    """When the parties are reminded: 30 days before a duty over 60 days away, else 7 days before.

    The ladder is the project's own; the programme sets dates and no reminders.
    """
    far = due_on - opened_on > timedelta(days=60)
    return due_on - timedelta(days=30 if far else 7)


def missed_on(due_on: date) -> date:
    """The first day on which the duty is late."""
    return due_on + timedelta(days=1)


def _concerned(event_name: str, data: Mapping[str, Any]) -> Iterator[Duty]:
    for duty in DUTIES:
        if event_name in duty.closed_by and data.get(duty.about) is not None:
            yield duty


def _opens(duty: Duty, data: Mapping[str, Any]) -> bool:
    if duty.opens_if is None:
        return True
    field, value = duty.opens_if
    return bool(data.get(field, value) == value)


def _closes(duty: Duty, data: Mapping[str, Any]) -> bool:
    if duty.closes_if is None:
        return True
    field, values = duty.closes_if
    return field not in data or data[field] in values
