"""What is rolled up, and what it comes to."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.instruments.models import Tool
from shared.reference import RegionName, ResolutionNumber, SubregionName, ThemeCode

MOST_YEARS = 30


class RollUpBy(StrEnum):
    """What the cells are about: a subject, a place, or one of each."""

    THEME = "theme"
    RESOLUTION = "resolution"
    PROVISION = "provision"
    REGION = "region"
    SUBREGION = "subregion"


SUBJECTS = (RollUpBy.THEME, RollUpBy.RESOLUTION, RollUpBy.PROVISION)
PLACES = (RollUpBy.REGION, RollUpBy.SUBREGION)


class RollUpQuery(BaseModel):
    """What to roll up; left out, the scores of the assessments as a whole and of all States."""

    model_config = ConfigDict(extra="forbid")

    by: list[RollUpBy] = Field([], max_length=2, description="One subject, one place, or both")
    from_year: int | None = Field(None, ge=1, le=9998, description="5 before the last, if left out")
    to_year: int | None = Field(None, ge=1, le=9998, description="The last that you may see")
    region: RegionName | None = None
    subregion: SubregionName | None = None
    theme: ThemeCode | None = None
    resolution: ResolutionNumber | None = None
    tool: Tool | None = Field(None, description="Assessments of this survey tool alone")
    instrument: str | None = Field(None, description="Those of this instrument's code alone")

    @model_validator(mode="after")
    def _of_one_kind_each(self) -> Self:
        if len(set(self.by) & {*SUBJECTS}) > 1 or len(set(self.by) & {*PLACES}) > 1:
            raise ValueError(
                f"give at most one of {', '.join(SUBJECTS)} and one of {', '.join(PLACES)} in by"
            )
        if self.theme and (
            self.resolution or self.subject in (RollUpBy.RESOLUTION, RollUpBy.PROVISION)
        ):
            raise ValueError("scores by theme and by resolution are apart: leave out theme")
        if self.resolution and self.subject is RollUpBy.THEME:
            raise ValueError("scores by theme and by resolution are apart: leave out resolution")
        if self.region and self.subregion:
            raise ValueError("a subregion lies in one region: leave out region")
        if self.subregion and self.place is RollUpBy.REGION:
            raise ValueError("a subregion lies in one region: leave out by=region")
        return self

    @property
    def subject(self) -> RollUpBy | None:
        """What the cells' scores are about, other than the whole."""
        return next((by for by in self.by if by in SUBJECTS), None)

    @property
    def about(self) -> RollUpBy | None:
        """The dimension of the scores; None: those of whole assessments."""
        if self.subject is None and self.theme:
            return RollUpBy.THEME
        if self.subject is None and self.resolution:
            return RollUpBy.RESOLUTION
        return self.subject

    @property
    def place(self) -> RollUpBy | None:
        """What the cells' States are grouped by."""
        return next((by for by in self.by if by in PLACES), None)


class Caution(StrEnum):
    """What to know of a cell before relying on it."""

    FEW_STATES = "few_states"
    OLD_ASSESSMENTS = "old_assessments"
    MUCH_UNANSWERED = "much_unanswered"
    WIDE_SPREAD = "wide_spread"


class Change(BaseModel):
    """The mean change of the States that have a score in both years."""

    states: int
    score: float


class Quartiles(BaseModel):
    """Of the States' scores."""

    lower: float
    median: float
    upper: float


class YearRead(BaseModel):
    """A cell in one year; where it is withheld it has no numbers."""

    year: int
    withheld: bool = Field(
        default=False,
        description="It would tell a Member State of single other States (¶23)",
    )
    states: int | None = Field(None, description="With an assessment that counts")
    assessed_in_year: int | None = Field(None, description="Of them: completed in that very year")
    unanswered: int | None = Field(None, description="Of them: answered nothing of it")
    mean_age: float | None = Field(None, description="Of the assessments that count, in years")
    score: float | None = Field(None, description="Mean of the States' scores, 0 to 1")
    low: float | None = Field(None, description="Were nothing in place of what was not answered")
    high: float | None = Field(None, description="Were everything in place of it")
    standard_deviation: float | None = None
    quartiles: Quartiles | None = None
    change: Change | None = Field(None, description="Against the year before")
    cautions: list[Caution] = []


class RollUpRow(BaseModel):
    """A cell over the years."""

    theme: str | None = None
    resolution: int | None = None
    provision: str | None = None
    region: str | None = None
    subregion: str | None = None
    member_states: int = Field(description="Member States there, assessed or not")
    years: list[YearRead]
    change: Change | None = Field(None, description="From the first year to the last")


class RollUpRead(BaseModel):
    """Implementation rolled up over States and years."""

    from_year: int
    to_year: int
    rows: list[RollUpRow]
