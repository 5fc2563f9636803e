"""Every event that the assessment service publishes."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel

from shared.events import ProgrammeEvent, StateEvent

Severity = Literal["low", "medium", "high", "critical"]


class SurveyIssued(StateEvent):
    """A survey was issued to a State, which answers by a date (¶5, ¶12)."""

    type: ClassVar[str] = "org.un.ctc.assessment.survey-issued.v1"
    survey_id: UUID
    instrument: str
    due_on: date


class SurveyDueChanged(StateEvent):
    """A State was given another date to answer its survey by."""

    type: ClassVar[str] = "org.un.ctc.assessment.survey-due-changed.v1"
    survey_id: UUID
    due_on: date


class ResponseSubmitted(StateEvent):
    """A State answered its survey, or clarified its answers."""

    type: ClassVar[str] = "org.un.ctc.assessment.response-submitted.v1"
    survey_id: UUID
    clarification_id: UUID | None = None
    """The request for clarification that it answers."""
    submitted_on: date


class ResponseReturned(StateEvent):
    """CTED asked a State to clarify its response by a date."""

    type: ClassVar[str] = "org.un.ctc.assessment.response-returned.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    survey_id: UUID
    clarification_id: UUID
    reason: str
    due_on: date


class ResponseAccepted(StateEvent):
    """CTED accepted a State's response: it can be assessed."""

    type: ClassVar[str] = "org.un.ctc.assessment.response-accepted.v1"
    survey_id: UUID
    accepted_on: date


class AssessmentCompleted(StateEvent):
    """CTED completed the assessment of a State's implementation."""

    type: ClassVar[str] = "org.un.ctc.assessment.assessment-completed.v1"
    assessment_id: UUID
    survey_id: UUID
    completed_on: date
    score: float
    """Share of what the instrument asks that is implemented, 0 to 1."""
    scores_by_theme: dict[str, float]
    themes: tuple[str, ...] = ()
    """Those that it covered, beside those with a score also those whose answers are kept back."""


class GapIdentified(StateEvent):
    """A gap in implementation was found."""

    type: ClassVar[str] = "org.un.ctc.assessment.gap-identified.v1"
    gap_id: UUID
    assessment_id: UUID
    theme: str
    resolution: int
    severity: Severity
    identified_on: date


class CitedProvision(BaseModel):
    """A paragraph of a resolution; without one, the resolution as a whole."""

    resolution: int
    paragraph: str | None = None


class RecommendationIssued(StateEvent):
    """The Committee's recommendation to a State was issued (¶9)."""

    type: ClassVar[str] = "org.un.ctc.assessment.recommendation-issued.v1"
    withheld: ClassVar[tuple[str, ...]] = ("text", "technical_assistance_kind")
    recommendation_id: UUID
    gap_id: UUID
    theme: str
    resolution: int
    text: str
    priority: Literal["low", "medium", "high"]
    technical_assistance_needed: bool
    """Whether the State needs help to implement it (¶9)."""
    issued_on: date
    target_on: date
    gap_ids: tuple[UUID, ...] = ()
    """All the gaps that it is about; `gap_id` is the first."""
    provisions: tuple[CitedProvision, ...] = ()
    tags: tuple[str, ...] = ()
    """What cuts across the themes: human_rights, gender, children (¶30, ¶39)."""
    technical_assistance_kind: str = ""


class RecommendationStatusChanged(StateEvent):
    """A recommendation moved in its life cycle."""

    type: ClassVar[str] = "org.un.ctc.assessment.recommendation-status-changed.v1"
    withheld: ClassVar[tuple[str, ...]] = ("reason",)
    recommendation_id: UUID
    previous: str
    status: str
    reason: str = ""
    changed_on: date


class ConfidentialityChanged(StateEvent):
    """A State asked to keep a record confidential, or lifted that (¶23); the flag is the new one.

    Whoever keeps a copy of the record treats it so from now on.
    """

    type: ClassVar[str] = "org.un.ctc.assessment.confidentiality-changed.v1"
    withheld: ClassVar[tuple[str, ...]] = ("text",)
    kind: Literal["survey", "assessment", "gap", "recommendation"]
    record_id: UUID
    changed_on: date
    text: str = ""
    """Of a recommendation that is open again: it may have been issued without."""


class TrendEvent(ProgrammeEvent):
    """A trend, emerging issue or event as it stands: whoever keeps it keeps the latest (¶6)."""

    trend_id: UUID
    kind: str = "trend"
    """trend, emerging_issue or event."""
    theme: str
    member_states: list[str]
    severity: Severity
    identified_on: date


class TrendIdentified(TrendEvent):
    """A trend or emerging issue that bears on whom to visit (¶6, ¶11)."""

    type: ClassVar[str] = "org.un.ctc.assessment.trend-identified.v1"


class TrendRevised(TrendEvent):
    """What a trend bears on, or how severely, has changed (¶6)."""

    type: ClassVar[str] = "org.un.ctc.assessment.trend-revised.v1"


class TrendClosed(TrendEvent):
    """A trend no longer bears on whom to visit (¶6)."""

    type: ClassVar[str] = "org.un.ctc.assessment.trend-closed.v1"
    closed_on: date


class ProductEvent(ProgrammeEvent):
    """An analytical product, told no further than its audience reads (¶23)."""

    product_id: UUID
    title: str
    """Its title; of a product that is not public, its kind alone, for topics are read widely."""
    theme: str
    """The first of its themes."""
    audience: Literal["committee", "united_nations", "member_states", "public"] = "public"
    """Who may read it, each including those before it."""


class ProductPublished(ProductEvent):
    """An analytical product was published (¶11)."""

    type: ClassVar[str] = "org.un.ctc.assessment.product-published.v1"
    kind: str = ""
    language: str = "en"
    supersedes: UUID | None = None
    """The edition that this one takes the place of."""
    published_on: date


class ProductWithdrawn(ProductEvent):
    """A published product was withdrawn: it is to be cited no more."""

    type: ClassVar[str] = "org.un.ctc.assessment.product-withdrawn.v1"
    withdrawn_on: date
