"""What a subscriber may receive and wants (¶23), and how long a replaced secret lives on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

_CTED_AND_COMMITTEE = frozenset(
    {"cted_officer", "cted_lead", "committee_member", "committee_chair"}
)
_DELIVERY_FAILED = "org.un.ctc.notifications.delivery-failed.v1"
_FOR_THE_PUBLIC = frozenset(
    {
        "org.un.ctc.assessment.product-published.v1",
        "org.un.ctc.assessment.product-withdrawn.v1",
    }
)
_VISITS, _NOTIFICATIONS = "org.un.ctc.visits.{}.v1", "org.un.ctc.notifications.{}.v1"
_FOR_CTED_AND_THE_COMMITTEE = frozenset(
    {
        *map(
            _VISITS.format,
            (
                "visit-list-submitted",
                "visit-list-adopted",
                "visit-list-changed",
                "report-drafted",
                "report-stage-entered",
                "invitation-requested",
            ),
        ),
        _NOTIFICATIONS.format("invitation-refused"),
    }
)
"""What no other reads over HTTP: an annual list names every State that is on it, and a State
learns its own standing alone (¶6); a report is CTED's own until its State checks the facts."""
_FOR_THE_STATE_TOO = frozenset(
    {
        *map(
            _VISITS.format,
            (
                "consent-requested",
                "consent-given",
                "consent-declined",
                "consent-deferred",
                "consent-reminded",
                "consent-ended",
                "standing-consent-given",
                "standing-consent-ended",
                "consultation-requested",
                "fact-check-requested",
                "fact-check-ended",
                "report-considered",
                "follow-up-due",
                "follow-up-extended",
                "follow-up-returned",
                "follow-up-verified",
                "follow-up-visit-recommended",
            ),
        ),
        *map(_NOTIFICATIONS.format, ("invitation-issued", "invitation-answered")),
    }
)
"""What is between the State, CTED and the Committee: no other reads these records over HTTP."""
OLD_SECRET_LIVES = timedelta(hours=24)
"""How long both secrets sign, so that a receiver can change over without a gap."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides who may receive an event."""

    type: str
    member_state: str | None = None
    confidential: bool = False
    theme: str | None = None
    not_for: UUID | None = None
    """A subscription that must not be told: the one whose delivery failed."""
    readers: frozenset[str] | None = None
    """The roles that alone may be told; None where no audience narrows them."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose claims decide."""

    id: UUID
    roles: frozenset[str]
    member_state: str | None = None


def may_receive(subscriber: Subscriber, event: Facts) -> bool:
    """Whether the subscriber may be sent the event (¶23).

    CTED and the Committee receive everything; a State what is about itself or the programme;
    civil society published products; others what no State keeps confidential. Nobody is sent what
    is not for them over HTTP: annual lists, reports in the making, what passes between a State and
    the Committee. A product is for its readers alone. Failed deliveries are for operators and
    CTED, and never for the endpoint that failed.
    """
    if event.not_for == subscriber.id:
        return False
    if event.readers is not None and not subscriber.roles & event.readers:
        return False
    if subscriber.roles & _CTED_AND_COMMITTEE:
        return True
    if event.type == _DELIVERY_FAILED:
        return "operator" in subscriber.roles
    if event.type in _FOR_CTED_AND_THE_COMMITTEE:
        return False
    if "member_state" in subscriber.roles:
        return event.member_state in {None, subscriber.member_state}
    if event.confidential or event.type in _FOR_THE_STATE_TOO:
        return False
    if subscriber.roles <= {"civil_society"}:
        return event.type in _FOR_THE_PUBLIC
    return True


def wants(
    event: Facts,
    event_types: Collection[str],
    member_states: Collection[str],
    themes: Collection[str],
) -> bool:
    """Whether the filters let the event through; an empty one lets everything through.

    A filter on States or themes asks for events about one of them: what is about no State, or no
    theme, does not pass it.
    """
    return (
        (not event_types or event.type in event_types)
        and (not member_states or event.member_state in member_states)
        and (not themes or event.theme in themes)
    )
