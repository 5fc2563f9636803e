"""Gathers what is known of every State and ranks it; keeps requests and past visits."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.visits.findings import service as findings
from services.visits.ranking.models import (
    ExpressedAnswer,
    ExpressedConsent,
    PastVisit,
    ReturnVisit,
    VisitRequest,
)
from services.visits.ranking.rules import (
    RISK_BASED,
    Answered,
    Rank,
    Standing,
    rank_for_visit,
    trends_count_from,
)
from services.visits.ranking.schemas import (
    PastVisitCreate,
    PastVisitQuery,
    VisitRequestCreate,
    VisitRequestQuery,
)
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Invalid
from shared.reference import member_states


async def request_visit(
    work: UnitOfWork, caller: Caller, wanted: VisitRequestCreate
) -> VisitRequest:
    """Record that the State asks to be visited."""
    caller.require_state(wanted.member_state)
    request = VisitRequest(**wanted.model_dump(), requested_on=work.clock.today())
    await work.save(request)
    return request


async def list_requests(
    session: AsyncSession, caller: Caller, query: VisitRequestQuery
) -> RecordPage[VisitRequest]:
    """The requests that match the query and that the caller may see."""
    statement = visible_to(caller, select(VisitRequest), VisitRequest)
    if query.member_state:
        statement = statement.where(VisitRequest.member_state == query.member_state)
    sortable = {"requested_on": VisitRequest.requested_on}
    return await paginate(session, statement, query, query.sort, sortable, VisitRequest.id)


async def enter_past_visit(work: UnitOfWork, wanted: PastVisitCreate) -> PastVisit:
    """Enter a visit of the years before."""
    today = work.clock.today()
    if wanted.visited_on >= today:
        raise Invalid.of_field("body.visited_on", f"Give a date before today, {today}.")
    visit = PastVisit(**wanted.model_dump(), confidential=False)
    await work.save(visit)
    return visit


async def list_past_visits(
    session: AsyncSession, caller: Caller, query: PastVisitQuery
) -> RecordPage[PastVisit]:
    """The past visits that match the query and that the caller may see."""
    statement = visible_to(caller, select(PastVisit), PastVisit)
    if query.member_state:
        statement = statement.where(PastVisit.member_state == query.member_state)
    sortable = {"visited_on": PastVisit.visited_on}
    return await paginate(session, statement, query, query.sort, sortable, PastVisit.id)


async def keep_visit(
    work: UnitOfWork, member_state: str, visited_on: date, mission_id: UUID, *, confidential: bool
) -> None:
    """Record that a mission's visit took place."""
    await work.save(
        PastVisit(
            member_state=member_state,
            visited_on=visited_on,
            mission_id=mission_id,
            confidential=confidential,
        )
    )


async def keep_answer(
    work: UnitOfWork,
    member_state: str,
    consent_id: UUID,
    answer: ExpressedAnswer,
    *,
    standing: bool = False,
) -> None:
    """Record what the State said of a visit, or of all visits to come."""
    work.session.add(
        ExpressedConsent(
            consent_id=consent_id,
            member_state=member_state,
            answer=answer,
            answered_on=work.clock.today(),
            standing=standing,
            ended_on=None,
        )
    )


async def end_answer(work: UnitOfWork, consent_id: UUID) -> None:
    """Record that what the State said no longer holds."""
    await work.session.execute(
        update(ExpressedConsent)
        .where(ExpressedConsent.consent_id == consent_id)
        .values(ended_on=work.clock.today())
    )


async def keep_return_visit(work: UnitOfWork, member_state: str, follow_up_id: UUID) -> None:
    """Record that a follow-up recommends another visit."""
    work.session.add(
        ReturnVisit(
            follow_up_id=follow_up_id,
            member_state=member_state,
            recommended_on=work.clock.today(),
        )
    )


async def rank_all(session: AsyncSession, on: date) -> list[Rank]:
    """All Member States, ranked by what is known on a date."""
    return rank_for_visit(await standings(session, on), RISK_BASED.weights, on)


async def standings(session: AsyncSession, on: date) -> list[Standing]:
    """What is known of every Member State and still counts on a date."""
    gaps = await findings.existing_gaps(session)
    trends = await findings.trends_since(session, trends_count_from(on))
    assessed = await findings.latest_assessments(session)
    answered = await _latest_answers(session)
    requested = await _latest(session, VisitRequest.member_state, VisitRequest.requested_on)
    visited = await _latest(session, PastVisit.member_state, PastVisit.visited_on)
    returning = await _latest(session, ReturnVisit.member_state, ReturnVisit.recommended_on)
    return [
        Standing(
            member_state=state,
            gaps=tuple(gaps.get(state, ())),
            trends=tuple(trends.get(state, ())),
            assessed=assessed.get(state),
            requested_on=requested.get(state),
            answered=answered.get(state),
            visited_on=visited.get(state),
            return_recommended_on=returning.get(state),
        )
        for state in member_states()
    ]


async def _latest_answers(session: AsyncSession) -> dict[str, Answered]:
    table = ExpressedConsent
    latest = await session.scalars(
        select(table)
        .distinct(table.member_state)
        .order_by(table.member_state, table.answered_on.desc(), table.consent_id.desc())
    )
    return {
        row.member_state: Answered(row.answer == ExpressedAnswer.GIVEN, row.answered_on)
        for row in latest
    }


async def _latest(
    session: AsyncSession,
    member_state: InstrumentedAttribute[str],
    day: InstrumentedAttribute[date],
) -> dict[str, date]:
    rows = await session.execute(select(member_state, func.max(day)).group_by(member_state))
    return dict(rows.tuples().all())
