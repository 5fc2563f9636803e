"""Requests and responses about the timelines of reports. Days are calendar days."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from services.visits.report_timelines.forecasting import DRAWS, Forecast
from services.visits.report_timelines.rules import Measures, Timeline
from services.visits.reports.models import Report, ReportStatus, StageName
from shared.database import ListQuery
from shared.reference import Alpha3, Capacity

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class StageTimeRead(BaseModel):
    """All stays of a report in one stage."""

    model_config = ConfigDict(from_attributes=True)

    stage: StageName
    stays: int
    elapsed_days: int = Field(description="Until today, where the report is there")
    target_days: int
    over_days: int = Field(description="Over the target; below 0, under it")

    def __str__(self) -> str:
        return f"{self.stage}: {self.elapsed_days} of {self.target_days} days"


class TimelineSummary(BaseModel):
    """How long a report has taken, and where it is."""

    report_id: UUID
    mission_id: UUID
    member_state: str
    confidential: bool
    status: ReportStatus
    drafted_on: date
    submitted_on: date | None
    elapsed_days: int = Field(description="In its stages, until today or its clearance")
    target_days: int = Field(description="Of all stays so far")
    over_days: int = Field(description="Over the target; below 0, under it")
    returns: int = Field(description="How often it went back to an earlier stage")
    stage: StageName | None = Field(description="Where it is; null once it is cleared")
    stage_days: int | None = Field(description="Since it came there")
    stage_target_on: date | None = Field(description="When it is to leave it")
    overdue: bool = Field(description="Whether that day has passed")
    stages: list[StageTimeRead]

    @classmethod
    def of(cls, report: Report, timeline: Timeline, today: date) -> Self:
        """The public form of a timeline."""
        present = timeline.present
        return cls(
            report_id=report.id,
            mission_id=report.mission_id,
            member_state=report.member_state,
            confidential=report.confidential,
            status=report.status,
            drafted_on=report.drafted_on,
            submitted_on=report.submitted_on,
            elapsed_days=timeline.elapsed_days,
            target_days=timeline.target_days,
            over_days=timeline.elapsed_days - timeline.target_days,
            returns=timeline.returns,
            stage=StageName(present.stage) if present else None,
            stage_days=present.days(today) if present else None,
            stage_target_on=present.target_on if present else None,
            overdue=present is not None and present.target_on < today,
            stages=[StageTimeRead.model_validate(one) for one in timeline.stages],
        )


class Basis(StrEnum):
    """What a forecast rests on."""

    HISTORY = "history"
    TARGETS = "targets"
    """Too few stays are on record, or none as long as the present one."""
    MIXED = "mixed"
    CLEARED = "cleared"
    """Nothing is left but to submit it."""


class StageBasisRead(BaseModel):
    """What the forecast of one stage rests on."""

    model_config = ConfigDict(from_attributes=True)

    stage: StageName
    by_history: bool = Field(description="Else by its target: too few stays are on record")
    stays: int = Field(description="On record, of all States")
    own_stays: int = Field(description="Of the State itself")


class ForecastRead(BaseModel):
    """When a report is likely to be ready to be submitted."""

    p50_on: date = Field(description="As likely before as after this day")
    p80_on: date = Field(description="By this day in four of five draws")
    basis: Basis
    draws: int = DRAWS
    stages: list[StageBasisRead] = Field(description="Those that lie before it")

    @classmethod
    def of(cls, forecast: Forecast) -> Self:
        """The public form of a forecast."""
        known = {stage.by_history for stage in forecast.basis}
        basis = Basis.HISTORY if known == {True} else Basis.TARGETS
        return cls(
            p50_on=forecast.p50_on,
            p80_on=forecast.p80_on,
            basis=Basis.CLEARED if not known else Basis.MIXED if len(known) > 1 else basis,
            stages=[StageBasisRead.model_validate(one) for one in forecast.basis],
        )


class TimelineRead(TimelineSummary):
    """How long a report has taken, and when it is likely to be submitted."""

    forecast: ForecastRead | None = Field(description="Null once it is submitted")


class TimelineQuery(ListQuery):
    """Filters and sort of the timelines."""

    member_state: Alpha3 | None = None
    stage: StageName | None = Field(None, description="Where the report is")
    overdue: bool | None = Field(None, description="Whether it is to have left its stage")
    submitted_from: date | None = None
    submitted_until: date | None = None
    sort: Literal["drafted_on", "-drafted_on", "created_at", "-created_at"] = "-created_at"


class MeasuresRead(BaseModel):
    """What the stays in one stage cost in a period."""

    model_config = ConfigDict(from_attributes=True)

    ended: int = Field(description="Stays that ended in the period; the figures are theirs")
    median_days: float | None
    p80_days: float | None = Field(description="The 80th percentile")
    over_target_share: float | None = Field(description="From 0 to 1")
    days_lost: int = Field(
        description="Days of the period after the target, of all stays, those that go on included"
    )


class CostRead(MeasuresRead):
    """What the stays in one stage cost, against the period before."""

    previous: MeasuresRead

    @computed_field(description="Against the period before; below 0, shorter")  # type: ignore[prop-decorator]
    @property
    def median_change_days(self) -> float | None:
        """The trend of the usual stay."""
        if self.median_days is None or self.previous.median_days is None:
            return None
        return self.median_days - self.previous.median_days

    @computed_field(description="Against the period before; below 0, fewer")  # type: ignore[prop-decorator]
    @property
    def days_lost_change(self) -> int:
        """The trend of the days lost."""
        return self.days_lost - self.previous.days_lost

    @classmethod
    def between(cls, present: Measures, previous: Measures) -> Self:
        """The public form of the measures of a period and of the one before."""
        read = MeasuresRead.model_validate(present)
        return cls(**read.model_dump(), previous=MeasuresRead.model_validate(previous))


class StageCostRead(BaseModel):
    """What one stage costs: over all, by region, and by the States' capacity."""

    stage: StageName
    all: CostRead
    by_region: dict[str, CostRead] = Field(description="By M49 region, where there was any stay")
    by_capacity: dict[Capacity, CostRead]


class BottlenecksRead(BaseModel):
    """Where the reports of a period waited."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    previous_from: date
    previous_to: date
    costliest_stage: StageName | None = Field(description="That lost most days; null if none did")
    stages: list[StageCostRead]


class BottleneckQuery(BaseModel):
    """The period, its first and last day included."""

    model_config = ConfigDict(extra="forbid")

    first: Day | None = Field(None, alias="from", description="A year before `to`, if left out")
    last: Day | None = Field(None, alias="to", description="Today, if left out")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise ValueError("the period ends before it begins: let from be at most to")
        return self
