"""Records, revises and closes trends; the ranking of whom to visit hears of each (¶6)."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Text, case, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.events import TrendClosed, TrendEvent, TrendIdentified, TrendRevised
from services.assessment.trends.models import Trend, TrendStatus
from services.assessment.trends.rules import FREE_STEPS, SEVERITIES, faults_of_trend
from services.assessment.trends.schemas import Closure, TrendCreate, TrendQuery, TrendUpdate
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import Conflict, NotFound, require_sound, require_step
from shared.reference import m49_areas


async def record(work: UnitOfWork, wanted: TrendCreate) -> Trend:
    """Keep and announce a trend, emerging issue or event (¶18, ¶19)."""
    fields = wanted.model_dump() | {"member_states": _states(wanted.member_states, wanted.regions)}
    trend = Trend(**fields, identified_on=work.clock.today(), status=TrendStatus.OPEN)
    _check(work, trend)
    await work.save(trend)
    work.publish(_told(TrendIdentified, trend))
    return trend


async def revise(
    work: UnitOfWork, trend_id: UUID, version: int | None, wanted: TrendUpdate
) -> Trend:
    """Revise an open trend; the ranking hears of it if what it bears on has changed."""
    trend = await work.get(Trend, trend_id, version=version, locked=True)
    if trend.status is TrendStatus.CLOSED:
        raise Conflict("It is closed: record a new trend instead.")
    before = _told(TrendRevised, trend)
    fields = wanted.model_dump(exclude_unset=True)
    if {"member_states", "regions"} & fields.keys():
        fields["regions"] = wanted.regions or []
        fields["member_states"] = _states(wanted.member_states or [], wanted.regions or [])
    for name, value in fields.items():
        if value is not None or name == "observed_until":
            setattr(trend, name, value)
    _check(work, trend)
    await work.save(trend)
    if (after := _told(TrendRevised, trend)) != before:
        work.publish(after)
    return trend


async def close(work: UnitOfWork, trend_id: UUID, version: int | None, wanted: Closure) -> Trend:
    """Close a trend: it no longer bears on whom to visit."""
    trend = await work.get(Trend, trend_id, version=version, locked=True)
    require_step("trend", trend.status, TrendStatus.CLOSED, FREE_STEPS)
    trend.status = TrendStatus.CLOSED
    trend.closed_on = work.clock.today()
    trend.closed_because = wanted.reason
    await work.save(trend)
    work.publish(_told(TrendClosed, trend, closed_on=trend.closed_on))
    return trend


async def list_trends(session: AsyncSession, query: TrendQuery) -> RecordPage[Trend]:
    """The trends that match the query."""
    statement = select(Trend)
    for name in ("kind", "theme", "severity", "source_kind", "status"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(getattr(Trend, name) == value)
    if query.member_state:
        statement = statement.where(Trend.member_states.contains([query.member_state]))
    if query.region:
        of_region = literal(sorted(m49_areas()[query.region]), ARRAY(Text))
        statement = statement.where(Trend.member_states.bool_op("?|")(of_region))
    if query.resolution:
        statement = statement.where(Trend.resolutions.contains([query.resolution]))
    if query.observed_since:
        still = Trend.observed_until.is_(None)
        statement = statement.where(or_(still, Trend.observed_until >= query.observed_since))
    if query.observed_before:
        statement = statement.where(Trend.observed_from < query.observed_before)
    sortable = {
        "identified_on": Trend.identified_on,
        "observed_from": Trend.observed_from,
        "severity": case(SEVERITIES, value=Trend.severity),
    }
    return await paginate(session, statement, query, query.sort, sortable, Trend.id)


async def read(session: AsyncSession, trend_id: UUID) -> Trend:
    """One trend."""
    trend = await session.get(Trend, trend_id)
    if trend is None:
        raise NotFound.record("Trend", trend_id)
    return trend


def _states(named: Iterable[str], regions: Iterable[str]) -> list[str]:
    return sorted(set(named).union(*(m49_areas()[region] for region in regions)))


def _check(work: UnitOfWork, trend: Trend) -> None:
    faults = faults_of_trend(
        trend.member_states, trend.observed_from, trend.observed_until, work.clock.today()
    )
    require_sound(faults, "The trend is not valid.")


def _told(kind: type[TrendEvent], trend: Trend, **more: object) -> TrendEvent:
    """The trend as it stands, for the ranking to keep."""
    return kind.model_validate(
        {
            "trend_id": trend.id,
            "kind": trend.kind.value,
            "theme": trend.theme,
            "member_states": trend.member_states,
            "severity": trend.severity.value,
            "identified_on": trend.identified_on,
            **more,
        }
    )
