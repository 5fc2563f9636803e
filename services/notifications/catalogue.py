"""Every event type of the four services: this service hears them all."""

from types import ModuleType

from services.assessment import events as assessment
from services.assistance import events as assistance
from services.notifications import events as notifications
from services.visits import events as visits
from shared.events import Event
from shared.events.topics import name_of


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


def types_about(record: str) -> list[str]:
    """The types of the events that tell of an assessment record of this kind itself."""
    named = {"survey": ("survey-", "response-")}.get(record, (f"{record}-",))
    return [kind.type for kind in _published_by(assessment) if name_of(kind.type).startswith(named)]
