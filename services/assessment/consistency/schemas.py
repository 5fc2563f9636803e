"""Queries and responses about consistency."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.instruments.models import Tool
from services.assessment.ratings.rules import Rating
from shared.reference import Alpha3, M49Area, ThemeCode


class ConsistencyQuery(BaseModel):
    """Which completed assessments are looked at."""

    model_config = ConfigDict(extra="forbid")

    completed_since: date | None = None
    completed_until: date | None = None
    instrument_id: UUID | None = Field(None, description="One edition of an instrument")
    tool: Tool | None = None
    region: M49Area | None = None


class OutlierQuery(ConsistencyQuery):
    """Which completed assessments are looked at, and how many ratings are shown."""

    limit: int = Field(50, ge=1, le=200, description="Single ratings shown, the farthest first")


class DriftQuery(ConsistencyQuery):
    """Which scores are held against their peers'."""

    theme: ThemeCode | None = None
    member_state: Alpha3 | None = None
    flagged: bool = Field(default=True, description="false: every State and theme compared")


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AgreementRead(_Read):
    """How far two assessors who rate apart rate alike."""

    alpha: float | None = Field(
        description="Krippendorff's, ordinal: 1 is perfect, 0 what chance would bring"
    )
    low: float | None = Field(description="Of the 95% interval, resampled by whole assessments")
    high: float | None
    reading: str | None = Field(
        description="reliable from 0.8, tentative from 0.667, else unreliable"
    )
    assessments: int
    units: int = Field(description="Items that both rate on the scale")
    differing: int
    not_applicable_to_one: int = Field(description="Disagreement that alpha does not see")
    not_applicable_to_both: int
    warning: str | None


class PairAgreement(AgreementRead):
    """The agreement of two assessors in particular."""

    assessors: list[str] | None = Field(description="Told to CTED alone")


class AgreementReport(BaseModel):
    """The agreement of all who rate apart, by theme and by pair."""

    overall: AgreementRead
    by_theme: dict[str, AgreementRead]
    by_pair: list[PairAgreement]


class LeniencyRead(_Read):
    """An assessor's ratings against the scores of what they rate, and against the others'."""

    assessor: str
    ratings: int
    leniency: float = Field(
        description="Mean of rating less item score, -1 (severe) to 1 (lenient)"
    )
    z: float | None = Field(description="Robust z; null with too few ratings or other assessors")
    flagged: bool


class FarRating(BaseModel):
    """A single rating that lies far from its item's score."""

    assessment_id: UUID
    member_state: str
    completed_on: date
    theme: str
    provision: str
    assessor: str
    rating: Rating
    score: float
    difference: float = Field(description="The rating's share less the score")


class OutlierReport(BaseModel):
    """Assessors and single ratings that stand out."""

    assessors: list[LeniencyRead]
    ratings: list[FarRating]
    ratings_found: int = Field(description="Those shown and those that the limit leaves out")


class DriftRead(_Read):
    """A State's latest score in a theme, and its change, against its subregion's."""

    member_state: str
    subregion: str
    theme: str
    tool: Tool
    completed_on: date
    score: float
    peers: int = Field(description="Other States of the subregion with a score")
    peers_median: float | None
    score_z: float | None = Field(description="Robust z; null with too few peers")
    change: float | None = Field(description="Since the round before; null after a first one")
    change_z: float | None
    flagged: bool


class DriftReport(BaseModel):
    """Scores that stand out among their peers'."""

    compared: int = Field(description="Scores held against enough peers")
    too_few_peers: int = Field(description="Scores with too few peers to be held against")
    items: list[DriftRead]
