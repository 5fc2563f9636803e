"""How each event is told in a State's timeline (¶13: facilitate the provision of consent)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Told:
    """A moment of a timeline: its kind, one sentence, and the record to read on."""

    kind: str
    text: str
    record: str
    record_id: Any


_CONSENT: Final = "/v1/consents/{consent_id}"
_STANDING: Final = "/v1/standing-consents/{standing_consent_id}"
_MISSION: Final = "/v1/missions/{mission_id}"
_TOLD: Final[Mapping[str, tuple[str, str, str]]] = {
    "consent-requested": (
        "requested",
        "Its consent to a visit was requested; the answer is due on {answer_due_on}.",
        _CONSENT,
    ),
    "consent-reminded": (
        "reminded",
        "It was reminded of the request; the answer is due on {answer_due_on}.",
        _CONSENT,
    ),
    "deadline-approaching": (
        "deadline_approaching",
        "The date of its answer, {due_on}, approaches.",
        "/v1/consents/{about_id}",
    ),
    "deadline-missed": (
        "deadline_missed",
        "It had not answered by {due_on}.",
        "/v1/consents/{about_id}",
    ),
    "consent-deferred": (
        "deferred",
        "It deferred its answer; this is due on {answer_due_on} now.",
        _CONSENT,
    ),
    "consent-given": ("given", "It consented to a visit.", _CONSENT),
    "consent-declined": ("declined", "It declined a visit.", _CONSENT),
    "consent-ended": ("{outcome}", "{ending}", _CONSENT),
    "standing-consent-given": (
        "standing_consent_given",
        "It gave its standing consent to visits.",
        _STANDING,
    ),
    "standing-consent-ended": (
        "standing_consent_{outcome}",
        "Its standing consent is {outcome}.",
        _STANDING,
    ),
    "visit-scheduled": (
        "visit_scheduled",
        "A {kind} visit is scheduled from {starts_on} to {ends_on}.",
        _MISSION,
    ),
    "visit-completed": ("visit_completed", "A visit took place.", _MISSION),
    "visit-cancelled": ("visit_cancelled", "A scheduled visit was cancelled.", _MISSION),
}
_ENDINGS: Final[Mapping[str, str]] = {
    "withdrawn": "The request for its consent was withdrawn.",
    "revoked": "It revoked its consent.",
    "expired": "Its consent expired; no visit had been made of it.",
}


def told(event_name: str, data: Mapping[str, Any]) -> Told:
    """How a timeline tells of an event, by its name (such as `consent-given`) and its fields.

    Raises:
        KeyError: timelines do not tell of such events.
    """
    kind, text, record = _TOLD[event_name]
    filled = dict(data) | {"ending": _ENDINGS.get(str(data.get("outcome")), "")}
    if event_name == "consent-given" and data.get("standing_consent_id"):
        text = "A visit was consented to by its standing consent."
    identity = record.rsplit("{", 1)[1].removesuffix("}")
    return Told(
        kind.format_map(filled),
        text.format_map(filled),
        record.format_map(filled),
        data[identity],
    )
