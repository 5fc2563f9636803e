"""Records and changes strategies, with their history, and the advice given on them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.strategies.models import Party, Strategy, StrategyAdvice, StrategyChange
from services.assessment.strategies.rules import Recorded, faults_of_strategy
from services.assessment.strategies.schemas import (
    AdviceCreate,
    StrategyCreate,
    StrategyQuery,
    StrategyUpdate,
)
from shared.auth import CTED, Caller
from shared.database import HistoryQuery, RecordPage, UnitOfWork, paginate, read_visible, visible_to
from shared.errors import Invalid, NotFound, require_sound

_MAY_BE_EMPTY = {"regional_body", "adopted_on", "reviewed_on", "valid_until"}


async def record(work: UnitOfWork, caller: Caller, wanted: StrategyCreate) -> Strategy:
    """Keep what CTED or the State knows of the State's strategy (¶16)."""
    caller.require_state(wanted.member_state)
    strategy = Strategy(**wanted.model_dump())
    _check(work, strategy)
    await work.save(strategy)
    await _keep_change(work, caller, strategy, "Recorded.", None, wanted)
    return strategy


async def revise(
    work: UnitOfWork, caller: Caller, strategy_id: UUID, version: int | None, wanted: StrategyUpdate
) -> Strategy:
    """Change or correct what is known; the history says on whose side, what and why."""
    strategy = await read_visible(
        work.session, caller, Strategy, strategy_id, version=version, locked=True
    )
    before = StrategyCreate.model_validate(strategy, from_attributes=True)
    for name, value in wanted.model_dump(exclude={"reason"}, exclude_unset=True).items():
        if value is not None or name in _MAY_BE_EMPTY:
            setattr(strategy, name, value)
    _check(work, strategy)
    after = StrategyCreate.model_validate(strategy, from_attributes=True)
    if after != before:
        await work.save(strategy)
        await _keep_change(work, caller, strategy, wanted.reason, before, after)
    return strategy


async def list_strategies(
    session: AsyncSession, caller: Caller, query: StrategyQuery
) -> RecordPage[Strategy]:
    """The strategies that match the query and that the caller may see."""
    statement = visible_to(caller, select(Strategy), Strategy)
    for name in ("member_state", "kind", "status"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(getattr(Strategy, name) == value)
    if query.has:
        statement = statement.where(Strategy.elements.contains([query.has]))
    if query.lacks:
        statement = statement.where(~Strategy.elements.contains([query.lacks]))
    if query.valid_until_before:
        statement = statement.where(Strategy.valid_until < query.valid_until_before)
    sortable = {
        "member_state": Strategy.member_state,
        "created_at": Strategy.created_at,
        "updated_at": Strategy.updated_at,
    }
    return await paginate(session, statement, query, query.sort, sortable, Strategy.id)


async def list_changes(
    session: AsyncSession, caller: Caller, strategy_id: UUID, query: HistoryQuery
) -> RecordPage[StrategyChange]:
    """How what is known of the strategy came about."""
    await read_visible(session, caller, Strategy, strategy_id)
    table = StrategyChange
    statement = select(table).where(table.strategy_id == strategy_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def advise(
    work: UnitOfWork, caller: Caller, strategy_id: UUID, wanted: AdviceCreate
) -> StrategyAdvice:
    """Keep advice that CTED gave, so that nobody gives it twice (¶17)."""
    strategy = await work.get(Strategy, strategy_id)
    today = work.clock.today()
    if wanted.given_on > today:
        raise Invalid.of_field("body.given_on", f"Give a date up to today, {today}.")
    advice = StrategyAdvice(
        **wanted.model_dump(), strategy_id=strategy.id, recorded_by=caller.subject
    )
    await work.save(advice)
    return advice


async def list_advice(
    session: AsyncSession, caller: Caller, strategy_id: UUID, query: HistoryQuery
) -> RecordPage[StrategyAdvice]:
    """The advice given on the strategy."""
    await read_visible(session, caller, Strategy, strategy_id)
    table = StrategyAdvice
    statement = select(table).where(table.strategy_id == strategy_id)
    sortable = {"created_at": table.created_at}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def read_advice(
    session: AsyncSession, caller: Caller, strategy_id: UUID, advice_id: UUID
) -> StrategyAdvice:
    """One piece of advice on the strategy."""
    await read_visible(session, caller, Strategy, strategy_id)
    advice = await session.get(StrategyAdvice, advice_id)
    if advice is None or advice.strategy_id != strategy_id:
        raise NotFound.record("Advice", advice_id)
    return advice


def _check(work: UnitOfWork, strategy: Strategy) -> None:
    known = Recorded(
        strategy.kind,
        strategy.regional_body,
        strategy.status,
        strategy.adopted_on,
        strategy.reviewed_on,
        strategy.valid_until,
        strategy.elements,
        strategy.mechanism,
    )
    require_sound(
        faults_of_strategy(known, work.clock.today()),
        "What is recorded of the strategy contradicts itself.",
    )


async def _keep_change(
    work: UnitOfWork,
    caller: Caller,
    strategy: Strategy,
    reason: str,
    before: StrategyCreate | None,
    after: StrategyCreate,
) -> None:
    was = before.model_dump(mode="json") if before else {}
    now = after.model_dump(mode="json")
    changed = [name for name, value in now.items() if was.get(name, ...) != value]
    await work.save(
        StrategyChange(
            strategy_id=strategy.id,
            party=Party.CTED if caller.has_any(*CTED) else Party.MEMBER_STATE,
            changed_by=caller.subject,
            reason=reason,
            before={name: was[name] for name in changed if name in was},
            after={name: now[name] for name in changed},
        )
    )
