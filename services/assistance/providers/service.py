"""Registers, changes and withdraws offers; knows for which provider a caller speaks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.assistance.matching.models import Match, MatchStatus
from services.assistance.matching.proposing import end_proposal, in_turn, propose
from services.assistance.providers.models import Offer, OfferStatus
from services.assistance.providers.rules import FREE_STEPS, faults
from services.assistance.providers.schemas import OfferChange, OfferCreate, OfferQuery
from shared.auth import CTED, Caller, Role
from shared.database import RecordPage, UnitOfWork, paginate
from shared.errors import Forbidden, IllegalTransition, require_sound, require_step
from shared.reference import member_states

OCT = "OCT"
"""The Office of Counter-Terrorism, a provider like the others (¶25, ¶32)."""


def organisation_of(caller: Caller) -> str | None:
    """The provider for which the caller speaks, if any; for OCT only its own role does."""
    if Role.OCT in caller.roles:
        return OCT
    if Role.PARTNER in caller.roles and caller.organisation != OCT:
        return caller.organisation
    return None


def require_provider(caller: Caller, organisation: str) -> None:
    """Only the organisation itself acts on what is its own, or CTED on its behalf.

    Raises:
        Forbidden: the caller speaks for another organisation.
    """
    if caller.roles.isdisjoint(CTED) and organisation_of(caller) != organisation:
        raise Forbidden(f"Only {organisation} may do this.")


def takes_part(
    caller: Caller, organisation: InstrumentedAttribute[str]
) -> ColumnElement[bool] | None:
    """What the caller may see, though confidential, because its organisation takes part."""
    own = organisation_of(caller)
    return None if own is None else organisation == own


async def register(work: UnitOfWork, caller: Caller, wanted: OfferCreate) -> Offer:
    """Register an offer of the caller's organisation, and propose it where it is needed."""
    organisation = organisation_of(caller)
    if organisation is None:
        raise Forbidden(f"Only a token of the role oct speaks for {OCT}.")
    await in_turn(work)
    values = _distinct(wanted.model_dump())
    offer = Offer(**values, organisation=organisation, status=OfferStatus.ACTIVE)
    _require_usable(work, offer, values)
    await work.save(offer)
    await propose(work)
    return offer


async def change(
    work: UnitOfWork, caller: Caller, offer_id: UUID, version: int | None, wanted: OfferChange
) -> Offer:
    """Change an offer; matches proposed already stay for the provider to answer."""
    offer = await _own(work, caller, offer_id, version)
    if offer.status != OfferStatus.ACTIVE:
        raise IllegalTransition("offer", offer.status, "changed", FREE_STEPS[offer.status])
    values = _distinct(wanted.model_dump(exclude_unset=True))
    for name, value in values.items():
        setattr(offer, name, value)
    _require_usable(work, offer, values)
    await work.save(offer)
    await propose(work)
    return offer


async def withdraw(work: UnitOfWork, caller: Caller, offer_id: UUID, version: int | None) -> Offer:
    """Withdraw an offer with its unanswered matches; running projects go on."""
    offer = await _own(work, caller, offer_id, version)
    require_step("offer", offer.status, OfferStatus.WITHDRAWN, FREE_STEPS)
    offer.status = OfferStatus.WITHDRAWN
    await work.save(offer)
    unanswered = await work.session.scalars(
        select(Match)
        .where(Match.offer_id == offer.id, Match.status == MatchStatus.PROPOSED)
        .order_by(Match.id)
        .with_for_update()
    )
    for match in unanswered.all():
        await end_proposal(work, match, "withdrawn", "the offer was withdrawn")
    await propose(work)
    return offer


async def list_offers(session: AsyncSession, query: OfferQuery) -> RecordPage[Offer]:
    """The offers that match the query."""
    statement = select(Offer)
    if query.organisation:
        statement = statement.where(Offer.organisation == query.organisation)
    if query.theme:
        statement = statement.where(Offer.themes.contains([query.theme]))
    if query.status:
        statement = statement.where(Offer.status == query.status)
    sortable = {
        "created_at": Offer.created_at,
        "organisation": Offer.organisation,
        "able_until": Offer.able_until,
    }
    return await paginate(session, statement, query, query.sort, sortable, Offer.id)


async def _own(work: UnitOfWork, caller: Caller, offer_id: UUID, version: int | None) -> Offer:
    await in_turn(work)
    offer = await work.get(Offer, offer_id, version=version, locked=True)
    require_provider(caller, offer.organisation)
    return offer


def _distinct(values: dict[str, Any]) -> dict[str, Any]:
    """The values with every list freed of repetitions, in the order given."""
    return {
        name: list(dict.fromkeys(value)) if isinstance(value, list) else value
        for name, value in values.items()
    }


def _require_usable(work: UnitOfWork, offer: Offer, given: Mapping[str, Any]) -> None:
    found = faults(
        regions=offer.regions,
        member_states=offer.member_states,
        region_of={code: state.region for code, state in member_states().items()},
        new_dates={name: given[name] for name in ("willing_until", "able_until") if name in given},
        today=work.clock.today(),
    )
    require_sound(found)
