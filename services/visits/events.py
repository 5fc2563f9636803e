"""Every event that the visits service publishes."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from shared.events import ProgrammeEvent, StateEvent


class VisitListSubmitted(ProgrammeEvent):
    """The draft of the year's list is before the Committee (¶6)."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-list-submitted.v1"
    visit_list_id: UUID
    year: int
    member_states: list[str]
    submitted_on: date


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
    standing_consent_id: UUID | None = None
    """The standing consent that answered the request, where one did."""


class ConsentDeclined(StateEvent):
    """A State declined a visit."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-declined.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    consent_id: UUID
    declined_on: date
    reason: str = ""


class ConsentDeferred(StateEvent):
    """A State will answer a request for its consent later."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-deferred.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    consent_id: UUID
    deferred_on: date
    answer_due_on: date
    reason: str = ""


class ConsentReminded(StateEvent):
    """A State was reminded, by hand, that it was asked for its consent."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-reminded.v1"
    withheld: ClassVar[tuple[str, ...]] = ("note",)
    consent_id: UUID
    reminded_on: date
    answer_due_on: date
    note: str = ""


class ConsentEnded(StateEvent):
    """A request or a consent no longer stands: taken back by CTED or the State, or out of date."""

    type: ClassVar[str] = "org.un.ctc.visits.consent-ended.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    consent_id: UUID
    outcome: Literal["withdrawn", "revoked", "expired"]
    """Withdrawn by CTED before it was answered, revoked by the State, or expired unused."""
    ended_on: date
    reason: str = ""
    mission_id: UUID | None = None
    """The scheduled visit that is without consent from now on, and is to be cancelled."""


class StandingConsentGiven(StateEvent):
    """A State consents to visits before it is asked, until a date or until it says otherwise."""

    type: ClassVar[str] = "org.un.ctc.visits.standing-consent-given.v1"
    withheld: ClassVar[tuple[str, ...]] = ("conditions",)
    standing_consent_id: UUID
    given_on: date
    valid_until: date | None = None
    conditions: str = ""


class StandingConsentEnded(StateEvent):
    """A State's standing consent was revoked by it, or has expired."""

    type: ClassVar[str] = "org.un.ctc.visits.standing-consent-ended.v1"
    standing_consent_id: UUID
    outcome: Literal["revoked", "expired"]
    ended_on: date


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


class ConsultationRequested(StateEvent):
    """A State asks that experts outside of government be heard on its visit (¶7)."""

    type: ClassVar[str] = "org.un.ctc.visits.consultation-requested.v1"
    consultation_id: UUID
    mission_id: UUID
    sector: Literal["civil_society", "academia", "think_tank", "private_sector"]
    requested_on: date


class VisitClashFlagged(StateEvent):
    """A visit overlaps or crowds another United Nations body's visit to the same State (¶14)."""

    type: ClassVar[str] = "org.un.ctc.visits.visit-clash-flagged.v1"
    mission_id: UUID
    body: str
    """The other body, such as 1267 or 1540."""
    starts_on: date
    ends_on: date
    """The days of the other body's visit."""
    flagged_on: date


class ReportDrafted(StateEvent):
    """The report of a visit was drafted."""

    type: ClassVar[str] = "org.un.ctc.visits.report-drafted.v1"
    report_id: UUID
    mission_id: UUID
    drafted_on: date


class ReportStageEntered(StateEvent):
    """A report went on to its next stage, or back to an earlier one (¶7: timelines)."""

    type: ClassVar[str] = "org.un.ctc.visits.report-stage-entered.v1"
    report_id: UUID
    mission_id: UUID
    stage: str
    entered_on: date
    target_on: date
    """When it is to leave the stage."""


class FactCheckRequested(StateEvent):
    """The State is asked to check the facts of the report of its visit."""

    type: ClassVar[str] = "org.un.ctc.visits.fact-check-requested.v1"
    fact_check_id: UUID
    """One stay in that stage: a report may be checked anew."""
    report_id: UUID
    requested_on: date
    fact_check_due_on: date


class FactCheckEnded(StateEvent):
    """The State answered the fact-check, or its time is over."""

    type: ClassVar[str] = "org.un.ctc.visits.fact-check-ended.v1"
    fact_check_id: UUID
    report_id: UUID
    outcome: Literal["answered", "lapsed"]
    ended_on: date


class ReportConsidered(StateEvent):
    """The Committee considered a report (¶7)."""

    type: ClassVar[str] = "org.un.ctc.visits.report-considered.v1"
    report_id: UUID
    outcome: Literal["cleared", "returned"]
    considered_on: date


class ReportSubmitted(StateEvent):
    """The report was submitted; if it is the initial one, the 12 months of ¶9 begin."""

    type: ClassVar[str] = "org.un.ctc.visits.report-submitted.v1"
    report_id: UUID
    mission_id: UUID
    submitted_on: date
    follow_up_due_on: date
    """12 months after the initial report, which may be an earlier one."""
    initial: bool = True
    """Whether the 12 months begin with this report."""


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


class FollowUpExtended(StateEvent):
    """A State has more time to report its steps, in view of its capacity (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-extended.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    follow_up_id: UUID
    report_id: UUID
    follow_up_due_on: date
    extended_on: date
    reason: str


class FollowUpReported(StateEvent):
    """The State reported the steps that it took, or what was clarified of them (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-reported.v1"
    follow_up_id: UUID
    report_id: UUID
    reported_on: date
    steps: list[StepTaken]
    """All of them at first, and afterwards those that CTED asked about."""


class FollowUpReturned(StateEvent):
    """CTED asks the State to clarify a step that it reported; that step is open to it again."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-returned.v1"
    follow_up_id: UUID
    report_id: UUID
    recommendation_id: UUID
    returned_on: date


class VerifiedStep(BaseModel):
    """What an officer found of one step that a State reported."""

    recommendation_id: UUID
    theme: str
    progress: Literal["none", "in_progress", "partly_implemented", "implemented"]
    """As verified, which may be less than what was reported."""


class FollowUpVerified(StateEvent):
    """An officer verified every step that the State reported (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-verified.v1"
    follow_up_id: UUID
    report_id: UUID
    verified_on: date
    steps: list[VerifiedStep]


class FollowUpVisitRecommended(StateEvent):
    """Another visit is recommended on what the follow-up shows (¶7, ¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-visit-recommended.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    follow_up_id: UUID
    recommended_on: date
    reason: str


class FollowUpAssistanceRecommended(StateEvent):
    """Technical assistance is recommended on what the follow-up shows (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-assistance-recommended.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    follow_up_id: UUID
    recommended_on: date
    recommendations: list[VerifiedStep]
    """Those whose implementation needs assistance, as they were verified."""
    reason: str


class FollowUpConsidered(StateEvent):
    """The Committee considered the steps taken and what should follow (¶9)."""

    type: ClassVar[str] = "org.un.ctc.visits.follow-up-considered.v1"
    follow_up_id: UUID
    report_id: UUID
    considered_on: date
    activities: list[Literal["visit", "technical_assistance"]]
    """The additional activities that it agreed to; empty if none is needed."""


class InvitationRequested(StateEvent):
    """Senior officials of an assessed State are to be invited to a Committee meeting (¶8)."""

    type: ClassVar[str] = "org.un.ctc.visits.invitation-requested.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    invitation_request_id: UUID
    meeting_id: UUID
    officials: list[str]
    """The offices invited, such as Minister of Justice."""
    reason: str
    requested_on: date
