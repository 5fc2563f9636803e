"""Every event that the notifications service publishes."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events import ProgrammeEvent, StateEvent


class DeadlineApproaching(StateEvent):
    """A dated duty falls due soon."""

    type: ClassVar[str] = "org.un.ctc.notifications.deadline-approaching.v1"
    deadline_id: UUID
    duty: str
    due_on: date


class DeadlineMissed(StateEvent):
    """A dated duty was not met."""

    type: ClassVar[str] = "org.un.ctc.notifications.deadline-missed.v1"
    deadline_id: UUID
    duty: str
    due_on: date


class DeliveryFailed(ProgrammeEvent):
    """A webhook delivery was given up."""

    type: ClassVar[str] = "org.un.ctc.notifications.delivery-failed.v1"
    delivery_id: UUID
    subscription_id: UUID
    attempts: int
    error: str
