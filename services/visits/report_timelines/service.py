"""Reads the stays of reports in their stages, and what they come to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.report_timelines.forecasting import HISTORY_YEARS, Forecast, PastStay, forecast
from services.visits.report_timelines.rules import (
    STAGES,
    Period,
    Stay,
    costliest,
    measures_of,
    timeline_of,
)
from services.visits.report_timelines.schemas import (
    BottleneckQuery,
    BottlenecksRead,
    CostRead,
    ForecastRead,
    StageCostRead,
    TimelineQuery,
    TimelineRead,
    TimelineSummary,
)
from services.visits.reports.models import Report, ReportStage, StageName
from services.visits.reports.rules import target_on
from services.visits.reports.service import readable_by
from shared.auth import Caller
from shared.database import Page, paginate, read_one
from shared.reference import MemberState, member_states

StatesStays = Sequence[tuple[MemberState, Stay]]
G = TypeVar("G", bound=str)
_STAGE = ReportStage


async def list_timelines(
    session: AsyncSession, caller: Caller, query: TimelineQuery, today: date
) -> Page[TimelineSummary]:
    """The timelines that match the query and that the caller may see."""
    statement = _timed(caller)
    if query.member_state:
        statement = statement.where(Report.member_state == query.member_state)
    if query.stage:
        statement = statement.where(Report.id.in_(_present().where(_STAGE.stage == query.stage)))
    if query.overdue is not None:
        late = Report.id.in_(_present().where(_STAGE.target_on < today))
        statement = statement.where(late if query.overdue else ~late)
    if query.submitted_from:
        statement = statement.where(Report.submitted_on >= query.submitted_from)
    if query.submitted_until:
        statement = statement.where(Report.submitted_on <= query.submitted_until)
    sortable = {"drafted_on": Report.drafted_on, "created_at": Report.created_at}
    page = await paginate(session, statement, query, query.sort, sortable, Report.id)
    stays = await _stays_of(session, [report.id for report in page.records])
    return page.map(
        lambda report: TimelineSummary.of(report, timeline_of(stays[report.id], today), today)
    )


async def read(session: AsyncSession, caller: Caller, report_id: UUID, today: date) -> TimelineRead:
    """The timeline of a report, with the forecast of its submission while it is under way.

    Raises:
        NotFound: the report does not exist for this caller.
    """
    report = await read_one(session, _timed(caller), Report, report_id)
    timeline = timeline_of((await _stays_of(session, [report.id]))[report.id], today)
    read = TimelineRead(**TimelineSummary.of(report, timeline, today).model_dump(), forecast=None)
    if report.submitted_on is None:
        expected = Forecast(today, today, [])
        if timeline.present:
            past = await _history(session, today)
            await session.close()  # no connection waits for the arithmetic
            expected = await asyncio.to_thread(
                _forecast, timeline.present, today, past, read.member_state
            )
        read.forecast = ForecastRead.of(expected)
    return read


async def bottlenecks(
    session: AsyncSession, query: BottleneckQuery, today: date
) -> BottlenecksRead:
    """What each stage cost in the period, against the one before (¶7)."""
    last = query.last or max(today, query.first or today)
    period = Period(query.first or last - relativedelta(years=1), last)
    rows = await session.scalars(
        select(_STAGE).where(
            _STAGE.entered_on <= period.last,
            or_(_STAGE.left_on.is_(None), _STAGE.left_on >= period.before().first),
        )
    )
    stays = [(member_states()[row.member_state], _stay(row)) for row in rows]
    await session.close()
    return await asyncio.to_thread(_bottlenecks, stays, period, today)


def _timed(caller: Caller) -> Select[Report]:
    """CTED and the Committee see the timelines of all reports, a State of those that it sees."""
    statement = select(Report)
    return statement if caller.is_cted_or_committee else readable_by(caller, statement)


def _present() -> Select[UUID]:
    return select(_STAGE.report_id).where(_STAGE.left_on.is_(None))


async def _stays_of(session: AsyncSession, report_ids: Sequence[UUID]) -> Mapping[UUID, list[Stay]]:
    found: dict[UUID, list[Stay]] = {report_id: [] for report_id in report_ids}
    statement = select(_STAGE).where(_STAGE.report_id.in_(report_ids)).order_by(_STAGE.id)
    for row in await session.scalars(statement):
        found[row.report_id].append(_stay(row))
    return found


def _stay(row: ReportStage) -> Stay:
    return Stay(row.stage, row.entered_on, row.target_on, row.left_on)


async def _history(session: AsyncSession, today: date) -> list[PastStay]:
    since = today - relativedelta(years=HISTORY_YEARS)
    statement = select(_STAGE).where(_STAGE.entered_on >= since)
    rows = (await session.scalars(statement.order_by(_STAGE.report_id, _STAGE.id))).all()
    return [
        PastStay(
            row.stage,
            (row.left_on - row.entered_on).days,
            after.stage if after and after.report_id == row.report_id else None,
            row.member_state,
            least_developed=member_states()[row.member_state].least_developed,
        )
        for row, after in pairwise([*rows, None])
        if row and row.left_on
    ]


def _forecast(present: Stay, today: date, past: Sequence[PastStay], member_state: str) -> Forecast:
    least_developed = member_states()[member_state].least_developed
    targets = {
        stage: (target_on(stage, today, least_developed=least_developed) - today).days
        for stage in STAGES
    }
    return forecast(present, today, past, targets, member_state, least_developed=least_developed)


def _bottlenecks(stays: StatesStays, period: Period, today: date) -> BottlenecksRead:
    before = period.before()

    def cost(here: Sequence[Stay]) -> CostRead:
        return CostRead.between(measures_of(here, period, today), measures_of(here, before, today))

    def by(name: Callable[[MemberState], G], here: StatesStays) -> dict[G, CostRead]:
        groups: dict[G, list[Stay]] = {}
        for state, stay in here:
            groups.setdefault(name(state), []).append(stay)
        return {group: cost(groups[group]) for group in sorted(groups)}

    stages = []
    for stage in StageName:
        here = [(state, stay) for state, stay in stays if stay.stage == stage]
        stages.append(
            StageCostRead(
                stage=stage,
                all=cost([stay for _, stay in here]),
                by_region=by(lambda state: state.region, here),
                by_capacity=by(lambda state: state.capacity, here),
            )
        )
    most = costliest((one.stage, one.all.days_lost) for one in stages)
    return BottlenecksRead(
        first=period.first,
        last=period.last,
        previous_from=before.first,
        previous_to=before.last,
        costliest_stage=StageName(most) if most else None,
        stages=stages,
    )
