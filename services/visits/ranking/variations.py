"""The ranking under weights other than those in force: looked at, compared, varied at chance."""

import asyncio
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.policies import service as policies
from services.visits.ranking.comparison import compare
from services.visits.ranking.rules import Policy, Rank, Weighable, faults_of_weights, rank
from services.visits.ranking.schemas import (
    ALL_STATES,
    ComparisonQuery,
    ComparisonRead,
    MoveRead,
    PolicyRead,
    RankedStateQuery,
    RankingRead,
    RankRead,
    SensitivityQuery,
    SensitivityRead,
    SteadinessRead,
    UnderPolicy,
    WhatIf,
    WhatIfRead,
)
from services.visits.ranking.sensitivity import sensitivity
from services.visits.ranking.service import standings
from shared.database import Page
from shared.errors import Invalid, require_sound
from shared.reference import member_states


async def ranked_under(
    session: AsyncSession, on: date, asked: UnderPolicy, region: str | None = None
) -> tuple[Policy, list[Rank]]:
    """The States of the region, or all, under the policy that was asked for."""
    policy = await policies.policy_of(session, asked.policy, asked.version)
    ranks = rank(await _weighable(session, on), policy.weights)
    if region:
        states = member_states()
        ranks = [rank for rank in ranks if states[rank.member_state].region == region]
    return policy, ranks


async def list_ranked(session: AsyncSession, on: date, query: RankedStateQuery) -> Page[RankRead]:
    """A page of the ranking; its cursor is how many States come before the next page."""
    begin = query.cursor or "0"
    if not (begin.isascii() and begin.isdigit() and len(begin) <= len(str(ALL_STATES))):
        raise Invalid.of_field(
            "query.cursor", "Not a cursor of this list; start again without one."
        )
    _, ranks = await ranked_under(session, on, query, query.region)
    if query.sort.startswith("-"):
        ranks.reverse()
    end = int(begin) + query.limit
    return Page(
        items=[RankRead.model_validate(rank) for rank in ranks[int(begin) : end]],
        next_cursor=str(end) if end < len(ranks) else None,
    )


async def compare_policies(
    session: AsyncSession, on: date, query: ComparisonQuery
) -> ComparisonRead:
    """What differs from the ranking under one policy to that under another."""
    before = await policies.policy_of(session, query.policy, query.version)
    after = await policies.policy_of(session, query.with_policy, query.with_version)
    weighable = await _weighable(session, on)
    return _compared(weighable, before, after, query.first)


async def what_if(session: AsyncSession, on: date, wanted: WhatIf) -> WhatIfRead:
    """The ranking under weights that are not saved, and what differs from the one in force."""
    require_sound(faults_of_weights(wanted.weights))
    present = await policies.in_force(session)
    imagined = Policy(None, None, wanted.weights)
    weighable = await _weighable(session, on)
    return WhatIfRead(
        ranking=RankingRead.of(rank(weighable, imagined.weights), imagined, on),
        difference=_compared(weighable, present, imagined, wanted.first),
    )


async def vary(session: AsyncSession, on: date, query: SensitivityQuery) -> SensitivityRead:
    """How each State's place depends on the weights of the policy."""
    policy = await policies.policy_of(session, query.policy, query.version)
    weighable = await _weighable(session, on)
    drawn = query.model_dump(include={"first", "spread", "draws", "seed"})
    await session.close()  # no connection waits for the arithmetic
    # Ten thousand rankings of all States: not on the event loop.
    steadiness = await asyncio.to_thread(sensitivity, weighable, policy.weights, **drawn)
    return SensitivityRead(
        computed_on=on,
        policy=PolicyRead.model_validate(policy),
        **drawn,
        states=[SteadinessRead.model_validate(state) for state in steadiness],
    )


async def _weighable(session: AsyncSession, on: date) -> Weighable:
    return Weighable.of(await standings(session, on), on)


def _compared(weighable: Weighable, before: Policy, after: Policy, first: int) -> ComparisonRead:
    found = compare(rank(weighable, before.weights), rank(weighable, after.weights), first)
    return ComparisonRead(
        computed_on=weighable.on,
        before=PolicyRead.model_validate(before),
        after=PolicyRead.model_validate(after),
        first=first,
        kendall_tau=found.kendall_tau,
        entering=found.entering,
        leaving=found.leaving,
        moves=[MoveRead.model_validate(move) for move in found.moves],
    )
