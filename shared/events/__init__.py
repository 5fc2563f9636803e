"""Events: published through the outbox, consumed once through the inbox."""

from shared.events.envelope import Envelope
from shared.events.event import Event, ProgrammeEvent, StateEvent

__all__ = ["Envelope", "Event", "ProgrammeEvent", "StateEvent"]
