"""Every event type of the four services: this service hears them all."""

from types import ModuleType

from services.assessment import events as assessment
from services.assistance import events as assistance
from services.notifications import events as notifications
from services.visits import events as visits
from shared.events import Event


def _published_by(module: ModuleType) -> list[type[Event]]:
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and "type" in vars(kind)
    ]


EVENTS: tuple[type[Event], ...] = tuple(
    kind
    for module in (assessment, visits, assistance, notifications)
    for kind in _published_by(module)
)
"""Every event of the system, in the order of the cycle."""
EVENT_TYPES = frozenset(kind.type for kind in EVENTS)
"""The types that one can subscribe to."""


def name_of(event_type: str) -> str:
    """The noun and verb of a type: report-submitted of org.un.ctc.visits.report-submitted.v1."""
    return event_type.rsplit(".", 2)[1]


def types_about(record: str) -> list[str]:
    """The types of the events that tell of an assessment record of this kind itself."""
    named = {"survey": ("survey-", "response-")}.get(record, (f"{record}-",))
    return [kind.type for kind in _published_by(assessment) if name_of(kind.type).startswith(named)]
