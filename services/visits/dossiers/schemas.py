"""Dossiers as they are read."""

from datetime import date, datetime
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.visits.consent_timelines.models import MomentKind
from services.visits.dossiers.models import DossierVersion
from services.visits.dossiers.reading import (
    DossierAssessment,
    DossierEvidence,
    DossierGap,
    DossierProduct,
    DossierRating,
    DossierRecommendation,
    DossierStrategy,
    DossierTrend,
    EarlierAssessment,
)
from services.visits.dossiers.rules import DossierSectionStatus, UnreadReason
from services.visits.follow_up.models import FollowUpStatus
from shared.database import ListQuery


class Section(BaseModel):
    """What one section says of itself; its content is null where there is none to show."""

    status: DossierSectionStatus
    as_of: datetime | None = Field(None, description="When the content was read")
    age_seconds: int | None = Field(
        None, description="How old the content was when the dossier was assembled"
    )
    reason: UnreadReason | None = Field(None, description="Why it could not be read this time")
    detail: str | None = None
    since: datetime | None = Field(
        None, description="Since when it could not be read, as dossiers of the State have noticed"
    )
    retry: str | None = Field(
        None, description="How to have it read again; null where asking again would not help"
    )


class LatestAssessment(BaseModel):
    """The State's latest completed assessment, and those before it, latest first."""

    latest: DossierAssessment
    earlier: list[EarlierAssessment]


class AssessmentSection(Section):
    """The latest assessment (¶4); complete without content if there is none yet."""

    content: LatestAssessment | None = None


class RatingsSection(Section):
    """The assessors' ratings in the latest assessment."""

    content: list[DossierRating] | None = None


class GapsSection(Section):
    """The gaps that the latest assessment found, gravest first (¶6)."""

    content: list[DossierGap] | None = None


class RecommendationsSection(Section):
    """The recommendations that are still to be implemented, the next due first (¶9)."""

    content: list[DossierRecommendation] | None = None


class TrendsSection(Section):
    """Open trends that bear on the State, gravest first (¶6, ¶18)."""

    content: list[DossierTrend] | None = None


class StrategiesSection(Section):
    """The State's strategies, and what they lack (¶16)."""

    content: list[DossierStrategy] | None = None


class ProductsSection(Section):
    """Published analysis that is about the State, latest first."""

    content: list[DossierProduct] | None = None


class EvidenceSection(Section):
    """What the State sent with its answers, as of the latest assessment."""

    content: list[DossierEvidence] | None = None


class OwnVisit(BaseModel):
    """A visit to the State that took place."""

    model_config = ConfigDict(from_attributes=True)

    visited_on: date
    mission_id: UUID | None


class OwnMoment(BaseModel):
    """Something that happened on the State's way to a visit."""

    model_config = ConfigDict(from_attributes=True)

    happened_on: date
    kind: MomentKind
    text: str
    words: str
    record: str


class OwnFollowUp(BaseModel):
    """How the State stands with the follow-up of the last report on it (¶9)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    report_id: UUID
    submitted_on: date
    due_on: date
    status: FollowUpStatus
    reported_on: date | None


class VisitRecord(BaseModel):
    """What this service itself knows of the State."""

    past_visits: list[OwnVisit] = Field(description="Latest first")
    consent_timeline: list[OwnMoment] = Field(description="Latest first")
    last_follow_up: OwnFollowUp | None


class DossierContent(BaseModel):
    """What a dossier says."""

    visit_record: VisitRecord
    assessment: AssessmentSection
    ratings: RatingsSection
    gaps: GapsSection
    recommendations: RecommendationsSection
    trends: TrendsSection
    strategies: StrategiesSection
    products: ProductsSection
    evidence: EvidenceSection

    sections: ClassVar[dict[str, type[Section]]] = {
        "assessment": AssessmentSection,
        "ratings": RatingsSection,
        "gaps": GapsSection,
        "recommendations": RecommendationsSection,
        "trends": TrendsSection,
        "strategies": StrategiesSection,
        "products": ProductsSection,
        "evidence": EvidenceSection,
    }


class DossierHeading(BaseModel):
    """Which dossier it is."""

    mission_id: UUID
    member_state: str
    number: int = Field(description="1 is the first that was assembled for the visit")
    assembled_at: datetime
    assembled_by: str
    complete: bool = Field(description="Whether every section could be read")


class DossierRead(DossierHeading, DossierContent):
    """A dossier."""

    @classmethod
    def of(cls, version: DossierVersion) -> Self:
        """The dossier as it was assembled."""
        return cls(**_heading(version), **version.content)


class DossierSummary(DossierHeading):
    """A dossier in a list."""

    stale: list[str] = Field(description="Sections that show an earlier copy")
    unavailable: list[str] = Field(description="Sections that show nothing")

    @classmethod
    def of(cls, version: DossierVersion) -> Self:
        """The dossier in a few words."""
        of_status = {
            status: [
                name
                for name in DossierContent.sections
                if version.content[name]["status"] == status
            ]
            for status in (DossierSectionStatus.STALE, DossierSectionStatus.UNAVAILABLE)
        }
        return cls(
            **_heading(version),
            stale=of_status[DossierSectionStatus.STALE],
            unavailable=of_status[DossierSectionStatus.UNAVAILABLE],
        )


class DossierQuery(ListQuery):
    """Sort of a visit's dossiers."""

    complete: bool | None = None
    sort: Literal["number", "-number"] = "-number"


def _heading(version: DossierVersion) -> dict[str, object]:
    kept = ("mission_id", "member_state", "number", "assembled_by", "complete")
    return {name: getattr(version, name) for name in kept} | {"assembled_at": version.created_at}
