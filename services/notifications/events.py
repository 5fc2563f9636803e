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
    """What is due, such as survey-response or follow-up."""
    due_on: date
    owed_by: str = "member_state"
    """member_state, cted or organisation: who is told, and who has to act."""
    organisation: str | None = None
    """The provider, where one owes it."""
    about_id: UUID | None = None
    """The survey, consent, mission, report, … that the duty is about."""


class DeadlineMissed(StateEvent):
    """A dated duty was not met."""

    type: ClassVar[str] = "org.un.ctc.notifications.deadline-missed.v1"
    deadline_id: UUID
    duty: str
    due_on: date
    owed_by: str = "member_state"
    organisation: str | None = None
    about_id: UUID | None = None


class DeliveryFailed(ProgrammeEvent):
    """A webhook delivery was given up."""

    type: ClassVar[str] = "org.un.ctc.notifications.delivery-failed.v1"
    delivery_id: UUID
    subscription_id: UUID
    attempts: int
    error: str


class BriefingDue(ProgrammeEvent):
    """A recurring briefing or report falls due (¶13, ¶15, ¶32)."""

    type: ClassVar[str] = "org.un.ctc.notifications.briefing-due.v1"
    briefing_id: UUID
    title: str
    paragraph: int
    owner: str
    """The role that gives it."""
    due_on: date


class InvitationIssued(StateEvent):
    """Senior officials of an assessed State are invited to a meeting of the Committee (¶8)."""

    type: ClassVar[str] = "org.un.ctc.notifications.invitation-issued.v1"
    invitation_id: UUID
    meeting_id: UUID
    meeting: str
    held_on: date
    invitation_request_id: UUID | None = None
    """The request that it carries out, where it was asked for by one."""


class InvitationRefused(StateEvent):
    """A requested invitation could not be issued, and why."""

    type: ClassVar[str] = "org.un.ctc.notifications.invitation-refused.v1"
    invitation_request_id: UUID
    refused_on: date
    reason: str
    """A sentence of the project's own: it quotes nothing of the request."""


class InvitationAnswered(StateEvent):
    """An invited State said whether its officials attend (¶8)."""

    type: ClassVar[str] = "org.un.ctc.notifications.invitation-answered.v1"
    invitation_id: UUID
    invitation_request_id: UUID | None = None
    attends: bool
    answered_on: date
