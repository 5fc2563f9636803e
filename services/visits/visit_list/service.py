"""Drafts the annual list, takes it through the Committee, and changes it by decisions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from services.visits.consent_timelines.models import MomentKind
from services.visits.consent_timelines.service import keep
from services.visits.consents.ending import join_list, leave_list
from services.visits.events import VisitListAdopted, VisitListChanged, VisitListSubmitted
from services.visits.proposals.service import named_in_body
from services.visits.ranking.schemas import RankRead
from services.visits.ranking.service import rank_all
from services.visits.visit_list.models import (
    ListAct,
    VisitList,
    VisitListState,
    VisitListStatus,
)
from services.visits.visit_list.rules import FREE_STEPS, doubled, faults_of_change
from services.visits.visit_list.schemas import ChangeCreate, VisitListCreate, VisitListUpdate
from shared.auth import Caller
from shared.database import UnitOfWork
from shared.errors import Conflict, Invalid, require_sound, require_step


async def draft(work: UnitOfWork, caller: Caller, wanted: VisitListCreate) -> VisitList:
    """Draft the year's list from the ranking, from the named States or from a proposed list."""
    this_year = work.clock.today().year
    if wanted.year < this_year:
        raise Invalid.of_field("body.year", f"Give {this_year} or a later year.")
    sources = ("size", "member_states", "proposal_id")
    if sum(getattr(wanted, source) is not None for source in sources) != 1:
        message = "Send one of size, member_states and proposal_id."
        require_sound([(source, message) for source in sources], message)
    if await work.session.scalar(select(VisitList.id).where(VisitList.year == wanted.year)):
        raise Conflict(f"There is a list for {wanted.year} already; see /v1/visit-lists.")
    if wanted.size is not None:
        entries = (await _ranked(work))[: wanted.size]
    else:
        named = wanted.member_states or await _proposed(work.session, wanted)
        entries = await _entries_of(work, named)
    visit_list = VisitList(
        year=wanted.year,
        status=VisitListStatus.DRAFT,
        entries=entries,
        proposal_id=wanted.proposal_id,
    )
    await _keep_state(work, caller, visit_list, ListAct.DRAFTED, before=())
    return visit_list


async def revise(
    work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None, wanted: VisitListUpdate
) -> VisitList:
    """Put other States on a draft, with the ranks that they have today."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    if visit_list.status != VisitListStatus.DRAFT:
        raise Conflict(
            f"The list is {visit_list.status}, and only a draft is revised: the Committee returns "
            "a submitted list to draft, and changes an adopted one by a decision (its changes)."
        )
    before = visit_list.member_states
    visit_list.entries = await _entries_of(work, wanted.member_states)
    await _keep_state(
        work, caller, visit_list, ListAct.REVISED, before=before, reason=wanted.reason
    )
    return visit_list


async def submit(work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None) -> VisitList:
    """Put the draft before the Committee; from then on CTED does not change it."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.SUBMITTED, FREE_STEPS)
    visit_list.status = VisitListStatus.SUBMITTED
    visit_list.submitted_on = work.clock.today()
    await _keep_state(work, caller, visit_list, ListAct.SUBMITTED)
    work.publish(
        VisitListSubmitted(
            visit_list_id=visit_list.id,
            year=visit_list.year,
            member_states=visit_list.member_states,
            submitted_on=visit_list.submitted_on,
        )
    )
    return visit_list


async def return_to_draft(
    work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None, reason: str
) -> VisitList:
    """Give the list back to CTED, which may revise it again."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.DRAFT, FREE_STEPS)
    visit_list.status = VisitListStatus.DRAFT
    visit_list.submitted_on = None
    await _keep_state(work, caller, visit_list, ListAct.RETURNED, reason=reason)
    return visit_list


async def adopt(
    work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None, symbol: str | None
) -> VisitList:
    """Adopt the list; consent may be requested from then on."""
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    require_step("list", visit_list.status, VisitListStatus.ADOPTED, FREE_STEPS)
    visit_list.status = VisitListStatus.ADOPTED
    visit_list.adopted_on = work.clock.today()
    await _keep_state(work, caller, visit_list, ListAct.ADOPTED, symbol=symbol)
    _note(work, visit_list, MomentKind.LISTED, visit_list.member_states)
    work.publish(
        VisitListAdopted(
            visit_list_id=visit_list.id,
            year=visit_list.year,
            member_states=visit_list.member_states,
            adopted_on=visit_list.adopted_on,
        )
    )
    return visit_list


async def change(
    work: UnitOfWork, caller: Caller, list_id: UUID, version: int | None, wanted: ChangeCreate
) -> VisitListState:
    """Change an adopted list by a decision that is kept.

    Requests to removed States that are not answered yet end with it, and what a removed State
    consented to is marked.

    Raises:
        Conflict: a visit to a removed State is scheduled; it is cancelled first.
    """
    visit_list = await work.get(VisitList, list_id, version=version, locked=True)
    if visit_list.status != VisitListStatus.ADOPTED:
        raise Conflict(
            f"The list is {visit_list.status}; change a draft with PATCH, and an adopted list here."
        )
    before = visit_list.member_states
    require_sound(
        faults_of_change(before, wanted.added, wanted.removed), "The change does not fit the list."
    )
    withdrawn, kept = await leave_list(work, visit_list, wanted.removed)
    await join_list(work, visit_list, wanted.added)
    staying = [entry for entry in visit_list.entries if entry["member_state"] not in wanted.removed]
    visit_list.entries = staying + await _entries_of(work, wanted.added)
    decided = await _keep_state(
        work,
        caller,
        visit_list,
        ListAct.CHANGED,
        before=before,
        reason=wanted.reason,
        symbol=wanted.symbol,
        consents_withdrawn=withdrawn,
        consents_kept=kept,
    )
    _note(work, visit_list, MomentKind.LISTED, wanted.added)
    _note(work, visit_list, MomentKind.REMOVED, wanted.removed)
    work.publish(
        VisitListChanged(
            visit_list_id=visit_list.id,
            year=visit_list.year,
            added=wanted.added,
            removed=wanted.removed,
            reason=decided.reason,
            changed_on=decided.acted_on,
        )
    )
    return decided


async def _keep_state(
    work: UnitOfWork,
    caller: Caller,
    visit_list: VisitList,
    act: ListAct,
    *,
    before: Sequence[str] | None = None,
    reason: str = "",
    symbol: str | None = None,
    consents_withdrawn: Sequence[UUID] = (),
    consents_kept: Sequence[UUID] = (),
) -> VisitListState:
    """Save the list and keep the state that it is in now; `before`: its States, if they change."""
    flag_modified(visit_list, "entries")  # an act that finds nothing to change is one all the same
    await work.save(visit_list)
    listed = visit_list.member_states
    earlier = listed if before is None else before
    state = VisitListState(
        visit_list_id=visit_list.id,
        list_version=visit_list.version,
        status=visit_list.status,
        entries=visit_list.entries,
        submitted_on=visit_list.submitted_on,
        adopted_on=visit_list.adopted_on,
        act=act,
        added=[member_state for member_state in listed if member_state not in earlier],
        removed=[member_state for member_state in earlier if member_state not in listed],
        reason=reason,
        symbol=symbol,
        acted_on=work.clock.today(),
        acted_by=caller.subject,
        consents_withdrawn=[str(consent_id) for consent_id in consents_withdrawn],
        consents_kept=[str(consent_id) for consent_id in consents_kept],
    )
    await work.save(state)
    return state


def _note(
    work: UnitOfWork, visit_list: VisitList, kind: MomentKind, member_states: Sequence[str]
) -> None:
    """Tell each State's timeline that it is on the list, or no longer."""
    text = {
        MomentKind.LISTED: f"The Committee put it on the list of {visit_list.year}.",
        MomentKind.REMOVED: f"The Committee took it off the list of {visit_list.year}.",
    }[kind]
    for member_state in member_states:
        record = f"/v1/listings?member_state={member_state}&year={visit_list.year}"
        keep(work, member_state, kind, text, record, visit_list.id)


async def _proposed(session: AsyncSession, wanted: VisitListCreate) -> list[str]:
    """The States of the proposed list, which is of the same year."""
    proposal = await named_in_body(session, wanted.proposal_id)
    if proposal.year != wanted.year:
        raise Invalid.of_field("body.proposal_id", f"This one is for {proposal.year}.")
    return proposal.member_states


async def _entries_of(work: UnitOfWork, member_states: Sequence[str]) -> list[dict[str, Any]]:
    """The named States with today's ranks, highest first."""
    require_sound(
        ((f"member_states.{n}", "Name each State once.") for n in doubled(member_states)),
        "A State is on the list once.",
    )
    if not member_states:
        return []
    return [entry for entry in await _ranked(work) if entry["member_state"] in member_states]


async def _ranked(work: UnitOfWork) -> list[dict[str, Any]]:
    """Every State with today's rank and its grounds, as an entry keeps them."""
    ranks = await rank_all(work.session, work.clock.today())
    return [RankRead.model_validate(rank).model_dump(mode="json") for rank in ranks]
