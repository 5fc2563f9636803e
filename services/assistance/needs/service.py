"""Opens, withdraws and finds needs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment.events import (
    ConfidentialityChanged,
    RecommendationIssued,
    RecommendationStatusChanged,
)
from services.assistance.events import NeedOpened
from services.assistance.matching.models import Duplication, Match, MatchStatus
from services.assistance.matching.proposing import (
    end_proposal,
    in_turn,
    live_by_offer,
    open_need,
    propose,
    refusals,
    standing_offers,
)
from services.assistance.matching.rules import unmet_because
from services.assistance.needs.models import (
    KnownRecommendation,
    Need,
    NeedSource,
    NeedStatus,
    Priority,
)
from services.assistance.needs.rules import (
    CLOSING,
    FREE_STEPS,
    LIVE,
    ended_with,
    opens_again,
    opens_for_recommendation,
    opens_for_step,
    title_of,
)
from services.assistance.needs.schemas import NeedCreate, NeedQuery
from services.assistance.projects.models import Project
from services.visits.events import (
    FollowUpAssistanceRecommended,
    FollowUpReported,
    StepTaken,
    VerifiedStep,
)
from shared.auth import Caller
from shared.database import RecordPage, UnitOfWork, paginate, read_visible, visible_to
from shared.errors import Conflict, require_step
from shared.events import StateEvent
from shared.reference import themes

_ISSUED = "issued"


async def open_by_hand(work: UnitOfWork, caller: Caller, wanted: NeedCreate) -> Need:
    """Open a need that CTED or the State itself states."""
    caller.require_state(wanted.member_state)
    await in_turn(work)
    need = Need(
        **wanted.model_dump(exclude={"resolutions"}),
        resolutions=sorted(set(wanted.resolutions)),
        source=NeedSource.BY_HAND,
        status=NeedStatus.OPEN,
        opened_on=work.clock.today(),
    )
    await _open(work, need)
    await propose(work)
    return need


async def hear_recommendation(work: UnitOfWork, event: RecommendationIssued) -> None:
    """Open a need where a recommendation asks for help; complete one that came before it."""
    await in_turn(work)
    known = await _known(work, event.recommendation_id, event.member_state)
    known.confidential = known.confidential or event.confidential
    known.theme = event.theme
    known.resolution = event.resolution
    known.title = title_of(event.text, _theme_name(event.theme))
    known.priority = Priority(event.priority)
    await work.save(known)
    needs = await _needs_of(work, known.id)
    await _complete(work, [need for need in needs if need.status in LIVE], known)
    if opens_for_recommendation(
        help_needed=event.technical_assistance_needed, known_needs=[need.status for need in needs]
    ):
        await _open_for(
            work, known, event.theme, NeedSource.RECOMMENDATION, confidential=known.confidential
        )
        await propose(work)


async def hear_status(work: UnitOfWork, event: RecommendationStatusChanged) -> None:
    """Keep a recommendation's state; one that is closed needs no help until that is taken back."""
    await in_turn(work)
    known = await _known(work, event.recommendation_id, event.member_state)
    known.confidential = known.confidential or event.confidential
    known.status = event.status
    await work.save(known)
    needs = await _needs_of(work, known.id)
    if event.status in CLOSING:
        for need in needs:
            if NeedStatus.WITHDRAWN in FREE_STEPS[need.status]:
                await _withdraw(work, need, ended_with(event.status))
        await propose(work)
    elif needs and opens_again(event.status, needs[-1].withdrawn_because):
        last = needs[-1]
        await _open_for(work, known, last.theme, last.source, confidential=known.confidential)
        await propose(work)


async def hear_confidentiality(work: UnitOfWork, event: ConfidentialityChanged) -> None:
    """Keep a recommendation confidential with all that it led to, or open it and ask providers."""
    known = await work.session.get(KnownRecommendation, event.record_id)
    if known is None or known.confidential == event.confidential:
        return
    await in_turn(work)
    known.confidential = event.confidential
    if event.text and known.theme:
        known.title = title_of(event.text, _theme_name(known.theme))
    await work.save(known)
    for need in await _needs_of(work, known.id):
        need.title = known.title or need.title
        await _mark(work, need, confidential=event.confidential)
    await propose(work)


async def hear_follow_up(work: UnitOfWork, event: FollowUpReported) -> None:
    """Open needs for the steps with which a State says that it needs help (¶9)."""
    await in_turn(work)
    for step in event.steps:
        await _hear_step(work, event, step, help_needed=step.technical_assistance_needed)
    await propose(work)


async def hear_recommended_assistance(
    work: UnitOfWork, event: FollowUpAssistanceRecommended
) -> None:
    """Open needs for the recommendations whose implementation the Committee wants assisted (¶9)."""
    await in_turn(work)
    for step in event.recommendations:
        await _hear_step(work, event, step, help_needed=True)
    await propose(work)


async def withdraw(
    work: UnitOfWork, caller: Caller, need_id: UUID, version: int | None, reason: str
) -> Need:
    """Withdraw a need, and the match that was proposed for it."""
    await in_turn(work)
    visible = await read_visible(work.session, caller, Need, need_id)
    caller.require_state(visible.member_state)
    need = await work.get(Need, need_id, version=version, locked=True)
    await _withdraw(work, need, reason)
    await propose(work)
    return need


async def disclose(work: UnitOfWork, caller: Caller, need_id: UUID, version: int | None) -> Need:
    """End the need's confidentiality at its State's word, and ask providers."""
    await in_turn(work)
    await read_visible(work.session, caller, Need, need_id)
    need = await work.get(Need, need_id, version=version, locked=True)
    if not need.confidential:
        raise Conflict("The need is not confidential.")
    need.confidential = False
    await work.save(need)
    await propose(work)
    return need


async def list_needs(session: AsyncSession, caller: Caller, query: NeedQuery) -> RecordPage[Need]:
    """The needs that match the query and that the caller may see."""
    statement = visible_to(caller, select(Need), Need)
    if query.member_state:
        statement = statement.where(Need.member_state == query.member_state)
    if query.theme:
        statement = statement.where(Need.theme == query.theme)
    if query.status:
        statement = statement.where(Need.status == query.status)
    if query.priority:
        statement = statement.where(Need.priority == query.priority)
    if query.recommendation_id:
        statement = statement.where(Need.recommendation_id == query.recommendation_id)
    sortable = {"opened_on": Need.opened_on, "created_at": Need.created_at}
    return await paginate(session, statement, query, query.sort, sortable, Need.id)


async def why_unmet(session: AsyncSession, need: Need, today: date) -> str | None:
    """Why nobody is proposed for the need, while it is open."""
    if need.status != NeedStatus.OPEN:
        return None
    if need.confidential:
        return "The State keeps it confidential (¶23); providers are asked once it is disclosed."
    return unmet_because(
        open_need(need),
        await standing_offers(session),
        await live_by_offer(session),
        await refusals(session),
        today,
    )


async def _hear_step(
    work: UnitOfWork, event: StateEvent, step: StepTaken | VerifiedStep, *, help_needed: bool
) -> None:
    known = await _known(work, step.recommendation_id, event.member_state)
    await work.save(known)
    needs = await _needs_of(work, known.id)
    if opens_for_step(
        help_needed=help_needed,
        known_needs=[need.status for need in needs],
        status=known.status,
    ):
        await _open_for(
            work,
            known,
            known.theme or step.theme,
            NeedSource.FOLLOW_UP,
            confidential=known.confidential or event.confidential,
        )


async def _known(work: UnitOfWork, key: UUID, member_state: str) -> KnownRecommendation:
    """What is known of the recommendation; a first mention may come from either topic."""
    known = await work.session.get(KnownRecommendation, key)
    return known or KnownRecommendation(
        id=key, member_state=member_state, confidential=False, status=_ISSUED
    )


async def _needs_of(work: UnitOfWork, recommendation_id: UUID) -> Sequence[Need]:
    found = await work.session.scalars(
        select(Need)
        .where(Need.recommendation_id == recommendation_id)
        .order_by(Need.id)
        .with_for_update()
    )
    return found.all()


async def _open_for(
    work: UnitOfWork,
    known: KnownRecommendation,
    theme: str,
    source: NeedSource,
    *,
    confidential: bool,
) -> None:
    await _open(
        work,
        Need(
            member_state=known.member_state,
            confidential=confidential,
            recommendation_id=known.id,
            source=source,
            theme=theme,
            resolutions=[] if known.resolution is None else [known.resolution],
            kind=None,
            title=known.title or title_of("", _theme_name(theme)),
            priority=known.priority or Priority.MEDIUM,
            status=NeedStatus.OPEN,
            opened_on=work.clock.today(),
        ),
    )


async def _open(work: UnitOfWork, need: Need) -> None:
    await work.save(need)
    work.publish(
        NeedOpened(
            member_state=need.member_state,
            confidential=need.confidential,
            need_id=need.id,
            recommendation_id=need.recommendation_id,
            theme=need.theme,
            opened_on=need.opened_on,
        )
    )


async def _complete(work: UnitOfWork, needs: Sequence[Need], known: KnownRecommendation) -> None:
    """Give needs that a follow-up opened first what only the recommendation says.

    What it keeps confidential becomes so in everything that the need has led to (¶23).
    """
    for need in needs:
        need.title = known.title or need.title
        need.priority = known.priority or need.priority
        need.resolutions = need.resolutions if known.resolution is None else [known.resolution]
        if known.confidential:
            await _mark(work, need, confidential=True)
    await work.save(*needs)


async def _mark(work: UnitOfWork, need: Need, *, confidential: bool) -> None:
    """Mark a need, and what it has led to; no provider keeps a proposal that is confidential."""
    if need.confidential == confidential:
        return
    need.confidential = confidential
    match = await _proposed_match(work, need)
    if match is not None and confidential:
        await end_proposal(work, match, "withdrawn", "the State keeps it confidential")
    for kind in (Match, Project, Duplication):
        led_to = await work.session.scalars(
            select(kind).where(kind.need_id == need.id).with_for_update()
        )
        for record in led_to:
            record.confidential = confidential
    await work.save(need)


async def _withdraw(work: UnitOfWork, need: Need, reason: str) -> None:
    require_step("need", need.status, NeedStatus.WITHDRAWN, FREE_STEPS)
    match = await _proposed_match(work, need)
    if match is not None:
        await end_proposal(work, match, "withdrawn", "the need was withdrawn")
    need.status = NeedStatus.WITHDRAWN
    need.withdrawn_because = reason
    await work.save(need)


async def _proposed_match(work: UnitOfWork, need: Need) -> Match | None:
    match: Match | None = await work.session.scalar(
        select(Match)
        .where(Match.need_id == need.id, Match.status == MatchStatus.PROPOSED)
        .with_for_update()
    )
    return match


def _theme_name(theme: str) -> str:
    known = themes().get(theme)
    return known.name if known else theme
