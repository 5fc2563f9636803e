"""Every event that the visits service publishes."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from shared.events import ProgrammeEvent, StateEvent


class VisitListAdopted(ProgrammeEvent):
    """The Committee adopted the year's list of States to visit (¶6)."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-list-adopted.v1"
    visit_list_id: UUID
    year: int
    member_states: list[str]
    adopted_on: date


class VisitListChanged(ProgrammeEvent):
    """A recorded decision changed the adopted list (¶6)."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-list-changed.v1"
    visit_list_id: UUID
    year: int
    added: list[str]
    removed: list[str]
    reason: str
    changed_on: date


class ConsentRequested(StateEvent):
    """A State was asked for its consent to a visit."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-requested.v1"
    consent_id: UUID
    requested_on: date
    answer_due_on: date


class ConsentGiven(StateEvent):
    """A State consented to a visit."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-given.v1"
    withheld: ClassVar[tuple[str, ...]] = ("conditions",)
    consent_id: UUID
    given_on: date
    conditions: str = ""


class ConsentDeclined(StateEvent):
    """A State declined a visit."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-declined.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    consent_id: UUID
    declined_on: date
    reason: str = ""


class VisitScheduled(StateEvent):
    """A visit has its dates; told again when they change."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-scheduled.v1"
    mission_id: UUID
    kind: str
    starts_on: date
    ends_on: date


class VisitCancelled(StateEvent):
    """A scheduled visit will not take place, so that nobody holds on to its dates."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-cancelled.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    mission_id: UUID
    cancelled_on: date
    reason: str


class VisitCompleted(StateEvent):
    """A visit took place."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-completed.v1"
    mission_id: UUID
    completed_on: date
    report_due_on: date


class ReportDrafted(StateEvent):
    """The report of a visit was drafted."""

    type: ClassVar[str] = "org.un.ctc.visits.report-drafted.v1"
    report_id: UUID
    mission_id: UUID
    drafted_on: date


class ReportSubmitted(StateEvent):
    """The report was submitted; the 12 months of ¶9 begin."""

    type: ClassVar[str] = "org.un.ctc.visits.report-submitted.v1"
    report_id: UUID
    mission_id: UUID
    submitted_on: date
    follow_up_due_on: date


class FollowUpDue(StateEvent):
    """The State's information on steps taken is due (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-due.v1"
    follow_up_id: UUID
    report_id: UUID
    due_on: date


class StepTaken(BaseModel):
    """What a State did about one recommendation, and whether it needs help to go on (¶9)."""

    recommendation_id: UUID
    theme: str
    progress: Literal["none", "in_progress", "partly_implemented", "implemented"]
    technical_assistance_needed: bool


class FollowUpReported(StateEvent):
    """The State reported the steps that it took (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-reported.v1"
    follow_up_id: UUID
    report_id: UUID
    reported_on: date
    steps: list[StepTaken]


class FollowUpVisitRecommended(StateEvent):
    """Another visit is recommended on what the follow-up shows (¶7, ¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-visit-recommended.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    follow_up_id: UUID
    recommended_on: date
    reason: str
