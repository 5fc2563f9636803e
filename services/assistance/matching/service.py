"""Takes providers' answers, and ends what nobody answered."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assistance.events import MatchAccepted
from services.assistance.matching.models import Duplication, Match, MatchStatus
from services.assistance.matching.proposing import end_proposal, in_turn, propose
from services.assistance.matching.rules import FREE_STEPS
from services.assistance.matching.schemas import (
    Acceptance,
    Decline,
    DuplicationQuery,
    MatchQuery,
)
from services.assistance.projects import service as projects
from services.assistance.providers.service import require_provider, takes_part
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, visible_to
from shared.errors import Conflict, NotFound, require_step
from shared.scheduling import DueJob


async def accept(
    work: UnitOfWork, caller: Caller, match_id: UUID, version: int | None, wanted: Acceptance
) -> Match:
    """Accept the match and start its project: once, whoever else accepts at the same moment."""
    match = await _answerable(work, caller, match_id, version, MatchStatus.ACCEPTED)
    match.status = MatchStatus.ACCEPTED
    match.ended_on = work.clock.today()
    work.publish(
        MatchAccepted(
            member_state=match.member_state,
            confidential=match.confidential,
            match_id=match.id,
            need_id=match.need_id,
            provider=match.organisation,
            accepted_on=match.ended_on,
        )
    )
    project = await projects.start(
        work, match, starts_on=wanted.starts_on, ends_on=wanted.ends_on, budget=wanted.budget_usd
    )
    match.project_id = project.id
    await work.save(match)
    return match


async def decline(
    work: UnitOfWork, caller: Caller, match_id: UUID, version: int | None, given: Decline
) -> Match:
    """Decline the match; the need goes to the next provider that fits."""
    match = await _answerable(work, caller, match_id, version, MatchStatus.DECLINED)
    await end_proposal(work, match, "declined", given.reason)
    await propose(work)
    return match


async def lapse(job: DueJob, work: UnitOfWork) -> None:
    """End a match that was not answered by its date; one that was answered stays as it is."""
    await in_turn(work)
    match = await work.get(Match, UUID(job.key), locked=True)
    if match.status != MatchStatus.PROPOSED:
        return
    await end_proposal(work, match, "lapsed", "no answer by the due date")
    await propose(work)


async def find(session: AsyncSession, caller: Caller, match_id: UUID) -> Match:
    """The match, if the caller may see it; a provider sees those it takes part in."""
    match = await session.scalar(
        visible_to(
            caller,
            select(Match).where(Match.id == match_id),
            Match,
            party=takes_part(caller, Match.organisation),
        )
    )
    if match is None:
        raise NotFound.record("match", match_id)
    return match


async def list_matches(
    session: AsyncSession, caller: Caller, query: MatchQuery
) -> RecordPage[Match]:
    """The matches that fit the query and that the caller may see."""
    statement = visible_to(
        caller, select(Match), Match, party=takes_part(caller, Match.organisation)
    )
    if query.need_id:
        statement = statement.where(Match.need_id == query.need_id)
    if query.status:
        statement = statement.where(Match.status == query.status)
    if query.organisation:
        statement = statement.where(Match.organisation == query.organisation)
    sortable = {"proposed_on": Match.proposed_on, "answer_due_on": Match.answer_due_on}
    return await paginate(session, statement, query, query.sort, sortable, Match.id)


async def list_duplications(
    session: AsyncSession, caller: Caller, query: DuplicationQuery
) -> RecordPage[Duplication]:
    """The duplications that fit the query and that the caller may see."""
    statement = visible_to(caller, select(Duplication), Duplication)
    if query.member_state:
        statement = statement.where(Duplication.member_state == query.member_state)
    if query.theme:
        statement = statement.where(Duplication.theme == query.theme)
    if query.need_id:
        statement = statement.where(Duplication.need_id == query.need_id)
    if query.project_id:
        statement = statement.where(Duplication.project_id == query.project_id)
    sortable = {"flagged_on": Duplication.flagged_on}
    return await paginate(session, statement, query, query.sort, sortable, Duplication.id)


async def _answerable(
    work: UnitOfWork, caller: Caller, match_id: UUID, version: int | None, wanted: MatchStatus
) -> Match:
    await in_turn(work)
    visible = await find(work.session, caller, match_id)
    require_provider(caller, visible.organisation)
    match = await work.get(Match, match_id, version=version, locked=True)
    require_step("match", match.status, wanted, FREE_STEPS)
    if work.clock.today() > match.answer_due_on:
        raise Conflict(f"The answer was due on {match.answer_due_on}; the match lapses.")
    return match
