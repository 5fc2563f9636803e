"""Every event that the assistance service publishes."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from shared.events import StateEvent


class NeedOpened(StateEvent):
    """A State's need for technical assistance was opened (¶9, ¶25)."""

    type: ClassVar[str] = "org.un.ctc.assistance.need-opened.v1"
    need_id: UUID
    recommendation_id: UUID | None
    theme: str
    opened_on: date


class MatchProposed(StateEvent):
    """A provider was proposed for a need (¶25)."""

    type: ClassVar[str] = "org.un.ctc.assistance.match-proposed.v1"
    match_id: UUID
    need_id: UUID
    provider: str
    proposed_on: date
    answer_due_on: date


class MatchAccepted(StateEvent):
    """The provider accepted the match."""

    type: ClassVar[str] = "org.un.ctc.assistance.match-accepted.v1"
    match_id: UUID
    need_id: UUID
    provider: str
    accepted_on: date


Outcome = Literal["declined", "lapsed", "withdrawn"]
"""Declined by the provider, left unanswered, or taken back with its need or offer."""


class MatchDeclined(StateEvent):
    """A proposed match ended without a project, so that no answer is awaited any more."""

    type: ClassVar[str] = "org.un.ctc.assistance.match-declined.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    match_id: UUID
    need_id: UUID
    provider: str
    reason: str
    declined_on: date
    outcome: Outcome = "declined"
    """Tells a provider's own decline from the rest, also where the reason is withheld."""


class ProjectStarted(StateEvent):
    """An accepted match became a project."""

    type: ClassVar[str] = "org.un.ctc.assistance.project-started.v1"
    project_id: UUID
    need_id: UUID
    recommendation_id: UUID | None
    provider: str
    theme: str
    started_on: date
    ends_on: date


class ProjectCompleted(StateEvent):
    """A project was completed; its recommendation is due a status review."""

    type: ClassVar[str] = "org.un.ctc.assistance.project-completed.v1"
    project_id: UUID
    recommendation_id: UUID | None
    provider: str
    completed_on: date


class ImpactAssessed(StateEvent):
    """What changed in a project's theme between its start and a later assessment (¶22)."""

    type: ClassVar[str] = "org.un.ctc.assistance.impact-assessed.v1"
    project_id: UUID
    theme: str
    baseline_score: float
    """The theme's score before the project, 0 to 1."""
    later_score: float
    assessed_on: date


class DuplicationFlagged(StateEvent):
    """Two projects would do the same for the same State at the same time (¶17)."""

    type: ClassVar[str] = "org.un.ctc.assistance.duplication-flagged.v1"
    duplication_id: UUID
    need_id: UUID
    project_id: UUID
    """The project that is there already."""
    theme: str
    flagged_on: date
