"""Proposes providers for open needs, inside the transaction that made it possible."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.assistance.events import DuplicationFlagged, MatchDeclined, MatchProposed, Outcome
from services.assistance.matching.models import Duplication, Match, MatchStatus
from services.assistance.matching.rules import (
    ANSWER_DAYS,
    FREE_STEPS,
    OpenNeed,
    Proposal,
    StandingOffer,
    duplicated,
    proposed_matches,
)
from services.assistance.needs.models import Need, NeedStatus
from services.assistance.projects.models import Project, ProjectStatus
from services.assistance.providers.models import Offer, OfferStatus
from shared.database import UnitOfWork, take_turn
from shared.errors import require_step
from shared.reference import member_states, themes
from shared.scheduling import schedule

LAPSE_JOB = "match-lapse"


async def in_turn(work: UnitOfWork) -> None:
    """Wait until no other transaction matches; every write of this service begins with it.

    Taken before any row lock, so that two writes wait for each other and never deadlock.
    """
    await take_turn(work.session, "matching")


async def propose(work: UnitOfWork) -> None:
    """Propose a provider for every open need for which one is free (¶25).

    What a State keeps confidential is for CTED, the Committee and itself (¶23): no provider is
    asked before the State discloses it.
    """
    await in_turn(work)
    needs = {
        need.id: need
        for need in await work.session.scalars(
            select(Need).where(Need.status == NeedStatus.OPEN, Need.confidential.is_(False))
        )
    }
    if not needs:
        return
    offers = await standing_offers(work.session)
    known = {offer.id: offer for offer in offers}
    proposals = proposed_matches(
        [open_need(need) for need in needs.values()],
        offers,
        await live_by_offer(work.session),
        await refusals(work.session),
        work.clock.today(),
    )
    if not proposals:
        return
    await _flag_duplications(work, [needs[proposal.need_id] for proposal in proposals])
    matches = [
        _match(work, needs[proposal.need_id], known[proposal.offer_id].organisation, proposal)
        for proposal in proposals
    ]
    await work.save(*matches)
    for match in matches:
        # A provider may still answer on the day itself.
        await schedule(work, LAPSE_JOB, str(match.id), match.answer_due_on + timedelta(days=1))
        work.publish(
            MatchProposed(
                member_state=match.member_state,
                confidential=match.confidential,
                match_id=match.id,
                need_id=match.need_id,
                provider=match.organisation,
                proposed_on=match.proposed_on,
                answer_due_on=match.answer_due_on,
            )
        )


async def end_proposal(work: UnitOfWork, match: Match, outcome: Outcome, reason: str) -> None:
    """End a proposed match without a project; its need is open again.

    The job that would let it lapse stays: deleting it here could deadlock with the job's run.

    Raises:
        IllegalTransition: the match is no longer proposed.
    """
    require_step("match", match.status, MatchStatus(outcome), FREE_STEPS)
    match.status = MatchStatus(outcome)
    match.reason = reason
    match.ended_on = work.clock.today()
    need = await work.get(Need, match.need_id, locked=True)
    need.status = NeedStatus.OPEN
    await work.save(match, need)
    work.publish(
        MatchDeclined(
            member_state=match.member_state,
            confidential=match.confidential,
            match_id=match.id,
            need_id=match.need_id,
            provider=match.organisation,
            reason=reason,
            declined_on=match.ended_on,
            outcome=outcome,
        )
    )


async def standing_offers(session: AsyncSession) -> Sequence[StandingOffer]:
    """The offers that were not withdrawn, as matching looks at them."""
    active = await session.scalars(select(Offer).where(Offer.status == OfferStatus.ACTIVE))
    return [
        StandingOffer(
            id=offer.id,
            organisation=offer.organisation,
            themes=frozenset(offer.themes),
            regions=frozenset(offer.regions),
            member_states=frozenset(offer.member_states),
            parallel_projects=offer.parallel_projects,
            willing_until=offer.willing_until,
            able_until=offer.able_until,
        )
        for offer in active
    ]


async def live_by_offer(session: AsyncSession) -> Counter[UUID]:
    """How many proposed matches and running projects each offer has."""
    live = union_all(
        select(Match.offer_id).where(Match.status == MatchStatus.PROPOSED),
        select(Project.offer_id).where(Project.status == ProjectStatus.RUNNING),
    ).subquery()
    counted = await session.execute(select(live.c.offer_id, func.count()).group_by(live.c.offer_id))
    return Counter(dict(counted.tuples().all()))


async def refusals(session: AsyncSession) -> set[tuple[UUID, str]]:
    """Open needs, with the organisations that declined, did not answer or gave up the project."""
    still_open = select(Need.id).where(Need.status == NeedStatus.OPEN)
    found = await session.execute(
        union_all(
            select(Match.need_id, Match.organisation).where(
                Match.need_id.in_(still_open),
                Match.status.in_([MatchStatus.DECLINED, MatchStatus.LAPSED]),
            ),
            select(Project.need_id, Project.organisation).where(
                Project.need_id.in_(still_open), Project.status == ProjectStatus.CANCELLED
            ),
        )
    )
    return {(need_id, organisation) for need_id, organisation in found}


def open_need(need: Need) -> OpenNeed:
    """The need as matching looks at it; a State or theme unknown here still has its code."""
    state = member_states().get(need.member_state)
    theme = themes().get(need.theme)
    return OpenNeed(
        id=need.id,
        member_state=need.member_state,
        state_name=state.name if state else need.member_state,
        region=state.region if state else None,
        theme=need.theme,
        theme_name=theme.name if theme else need.theme,
        priority=need.priority,
        opened_on=need.opened_on,
    )


def _match(work: UnitOfWork, need: Need, organisation: str, proposal: Proposal) -> Match:
    today = work.clock.today()
    need.status = NeedStatus.PROPOSED
    return Match(
        need_id=need.id,
        offer_id=proposal.offer_id,
        organisation=organisation,
        member_state=need.member_state,
        confidential=need.confidential,
        theme=need.theme,
        status=MatchStatus.PROPOSED,
        because=proposal.because,
        proposed_on=today,
        answer_due_on=today + timedelta(days=ANSWER_DAYS),
    )


async def _flag_duplications(work: UnitOfWork, needs: Sequence[Need]) -> None:
    """Flag, once for a need and a project, what would be done twice (¶17); it blocks nothing."""
    states = {need.member_state for need in needs}
    running = {
        project.id: project
        for project in await work.session.scalars(
            select(Project).where(
                Project.status == ProjectStatus.RUNNING, Project.member_state.in_(states)
            )
        )
    }
    flagged = await work.session.execute(
        select(Duplication.need_id, Duplication.project_id).where(
            Duplication.need_id.in_([need.id for need in needs])
        )
    )
    known = set(flagged.tuples().all())
    about = [(project.id, project.member_state, project.theme) for project in running.values()]
    found = [
        Duplication(
            need_id=need.id,
            project_id=project_id,
            member_state=need.member_state,
            confidential=need.confidential or running[project_id].confidential,
            theme=need.theme,
            flagged_on=work.clock.today(),
        )
        for need in needs
        for project_id in duplicated(need.member_state, need.theme, about)
        if (need.id, project_id) not in known
    ]
    await work.save(*found)
    for duplication in found:
        work.publish(
            DuplicationFlagged(
                member_state=duplication.member_state,
                confidential=duplication.confidential,
                duplication_id=duplication.id,
                need_id=duplication.need_id,
                project_id=duplication.project_id,
                theme=duplication.theme,
                flagged_on=duplication.flagged_on,
            )
        )
