"""Timelines of reports over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.visits.report_timelines import service
from services.visits.report_timelines.schemas import (
    BottleneckQuery,
    BottlenecksRead,
    TimelineQuery,
    TimelineRead,
    TimelineSummary,
)
from shared.auth import CtedCommitteeOrState, CtedOrCommittee
from shared.database import Page, ReadSession, Today, TransactionalRoute
from shared.errors import NotFound, problem_responses
from shared.exports import exported

router = APIRouter(
    prefix="/v1/report-timelines", tags=["report timelines"], route_class=TransactionalRoute
)


@exported(router)
@router.get("", responses=problem_responses())
async def list_report_timelines(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    today: Today,
    query: Annotated[TimelineQuery, Query()],
) -> Page[TimelineSummary]:
    """How long reports take in each stage; a State sees its own, from their fact-check on (¶7)."""
    return await service.list_timelines(session, caller, query, today)


@router.get("/bottlenecks", responses=problem_responses())
async def read_report_bottlenecks(
    caller: CtedOrCommittee,
    session: ReadSession,
    today: Today,
    query: Annotated[BottleneckQuery, Query()],
) -> BottlenecksRead:
    """Which stage costs most, by region and capacity, and whether it gets better (¶7)."""
    return await service.bottlenecks(session, query, today)


@router.get("/{report_id}", responses=problem_responses(NotFound))
async def read_report_timeline(
    caller: CtedCommitteeOrState, session: ReadSession, today: Today, report_id: UUID
) -> TimelineRead:
    """Where the time of a report went, and when it is likely to be submitted (¶6, ¶7)."""
    return await service.read(session, caller, report_id, today)
