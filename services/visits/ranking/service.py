"""Gathers what is known of every State and ranks it; keeps requests and past visits."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.findings import service as findings
from services.visits.policies import service as policies
from services.visits.ranking.factors import Answered, Requested, Standing, counts_from
from services.visits.ranking.models import (
    ExpressedAnswer,
    ExpressedConsent,
    PastVisit,
    ReturnVisit,
    VisitRequest,
    VisitRequestStatus,
)
from services.visits.ranking.requests import FREE_STEPS
from services.visits.ranking.rules import Rank, rank_for_visit
from services.visits.ranking.schemas import (
    PastVisitCreate,
    PastVisitQuery,
    VisitRequestCreate,
    VisitRequestQuery,
)
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, matching, paginate, read_visible, visible_to
from shared.errors import Invalid, require_step
from shared.reference import member_states


async def request_visit(
    work: UnitOfWork, caller: Caller, wanted: VisitRequestCreate
) -> VisitRequest:
    """Record that the State asks to be visited."""
    caller.require_state(wanted.member_state)
    request = VisitRequest(
        **wanted.model_dump(),
        requested_on=work.clock.today(),
        status=VisitRequestStatus.OPEN,
        closed_on=None,
    )
    await work.save(request)
    return request


async def withdraw_request(
    work: UnitOfWork, caller: Caller, request_id: UUID, version: int | None
) -> VisitRequest:
    """Record that the State no longer asks to be visited."""
    request = await read_visible(
        work.session, caller, VisitRequest, request_id, version=version, locked=True
    )
    require_step("request", request.status, VisitRequestStatus.WITHDRAWN, FREE_STEPS)
    request.status = VisitRequestStatus.WITHDRAWN
    request.closed_on = work.clock.today()
    await work.save(request)
    return request


async def list_requests(
    session: AsyncSession, caller: Caller, query: VisitRequestQuery
) -> RecordPage[VisitRequest]:
    """The requests that match the query and that the caller may see."""
    statement = visible_to(caller, select(VisitRequest), VisitRequest)
    statement = matching(statement, VisitRequest, query, "member_state", "status")
    sortable = {"requested_on": VisitRequest.requested_on}
    return await paginate(session, statement, query, query.sort, sortable, VisitRequest.id)


async def enter_past_visit(work: UnitOfWork, wanted: PastVisitCreate) -> PastVisit:
    """Enter a visit of the years before."""
    today = work.clock.today()
    if wanted.visited_on >= today:
        raise Invalid.of_field("body.visited_on", f"Give a date before today, {today}.")
    visit = PastVisit(**wanted.model_dump(), confidential=False)
    await _keep(work, visit)
    return visit


async def list_past_visits(
    session: AsyncSession, caller: Caller, query: PastVisitQuery
) -> RecordPage[PastVisit]:
    """The past visits that match the query and that the caller may see."""
    statement = visible_to(caller, select(PastVisit), PastVisit)
    statement = matching(statement, PastVisit, query, "member_state")
    sortable = {"visited_on": PastVisit.visited_on}
    return await paginate(session, statement, query, query.sort, sortable, PastVisit.id)


async def keep_visit(
    work: UnitOfWork, member_state: str, visited_on: date, mission_id: UUID, *, confidential: bool
) -> None:
    """Record that a mission's visit took place."""
    await _keep(
        work,
        PastVisit(
            member_state=member_state,
            visited_on=visited_on,
            mission_id=mission_id,
            confidential=confidential,
        ),
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
    """All Member States, ranked under the policy in force by what is known on a date."""
    policy = await policies.in_force(session)
    return rank_for_visit(await standings(session, on), policy.weights, on)


async def standings(session: AsyncSession, on: date) -> list[Standing]:
    """What is known of every Member State and still counts on a date."""
    gaps = await findings.existing_gaps(session, on)
    trends = await findings.recent_trends(session, counts_from(on), on)
    assessed = await findings.latest_assessments(session)
    answered = await _latest_answers(session)
    requested = await _open_requests(session)
    visited = await _visits(session)
    returning = await _return_visits(session)
    return [
        Standing(
            member_state=state,
            gaps=gaps.get(state, ()),
            emerging_issues=trends.get((state, "emerging_issue"), ()),
            trends=trends.get((state, "trend"), ()),
            events=trends.get((state, "event"), ()),
            assessed=assessed.get(state),
            requested=requested.get(state),
            answered=answered.get(state),
            visits=visited[state][0] if state in visited else 0,
            visited_on=visited[state][1] if state in visited else None,
            return_recommended_on=returning.get(state),
        )
        for state in member_states()
    ]


async def _keep(work: UnitOfWork, visit: PastVisit) -> None:
    """Keep a visit, which meets the requests that the State had made by then."""
    await work.save(visit)
    waiting = await work.session.scalars(
        select(VisitRequest)
        .where(
            VisitRequest.member_state == visit.member_state,
            VisitRequest.status == VisitRequestStatus.OPEN,
            VisitRequest.requested_on <= visit.visited_on,
        )
        .order_by(VisitRequest.id)
        .with_for_update()
    )
    for request in waiting.all():
        request.status = VisitRequestStatus.MET
        request.closed_on = visit.visited_on
        await work.save(request)


async def _latest_answers(session: AsyncSession) -> dict[str, Answered]:
    """What each State last said; a standing consent in force counts before any other answer."""
    table = ExpressedConsent
    in_force = table.standing & table.ended_on.is_(None)
    latest = await session.execute(
        select(table.member_state, table.answer, table.answered_on, table.standing, table.ended_on)
        .distinct(table.member_state)
        .order_by(
            table.member_state, in_force.desc(), table.answered_on.desc(), table.consent_id.desc()
        )
    )
    return {
        state: Answered(answer == ExpressedAnswer.GIVEN, answered_on, standing, ended_on)
        for state, answer, answered_on, standing, ended_on in latest
    }


async def _open_requests(session: AsyncSession) -> dict[str, Requested]:
    table = VisitRequest
    rows = await session.execute(
        select(
            table.member_state,
            func.count(),
            func.min(table.requested_on),
            func.max(table.requested_on),
        )
        .where(table.status == VisitRequestStatus.OPEN)
        .group_by(table.member_state)
    )
    return {state: Requested(count, first, latest) for state, count, first, latest in rows}


async def _visits(session: AsyncSession) -> dict[str, tuple[int, date]]:
    """How many visits each visited State had, and the last."""
    table = PastVisit
    rows = await session.execute(
        select(table.member_state, func.count(), func.max(table.visited_on)).group_by(
            table.member_state
        )
    )
    return {state: (count, last) for state, count, last in rows}


async def _return_visits(session: AsyncSession) -> dict[str, date]:
    table = ReturnVisit
    rows = await session.execute(
        select(table.member_state, func.max(table.recommended_on)).group_by(table.member_state)
    )
    return dict(rows.tuples().all())
