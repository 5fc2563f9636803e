"""Makes calendars of visits, and the secret addresses at which calendar programs read them."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.calendars.models import CalendarFeed
from services.visits.calendars.rules import faults_of_expiry
from services.visits.calendars.schemas import CalendarFeedCreate, CalendarFeedQuery
from services.visits.calendars.writing import Programme, name_of
from services.visits.itineraries.models import ItineraryItem
from services.visits.itineraries.service import items_of, names_of
from services.visits.missions.models import Mission
from services.visits.officers.models import Officer
from shared.auth import CTED, Caller, Role
from shared.database import RecordPage, UnitOfWork, paginate, read_visible, visible_to
from shared.errors import Conflict, NotFound, require_sound

Shown = tuple[str, Sequence[Programme], Mapping[str, str]]
"""The name of a calendar, what it shows, and the names of whom it speaks of."""
_TOKEN_BYTES = 32
_NO_CALENDAR = "There is no such calendar."
_NOT_REGISTERED = "No officer of /v1/officers has the subject of your token."


async def person_of(session: AsyncSession, caller: Caller) -> Officer | None:
    """The officer of the register who the caller is."""
    found: Officer | None = await session.scalar(
        select(Officer).where(Officer.subject == caller.subject)
    )
    return found


async def calendar_of_visit(session: AsyncSession, caller: Caller, mission_id: UUID) -> Shown:
    """The visit and what of its programme the caller may see."""
    mission = await read_visible(session, caller, Mission, mission_id)
    items = await items_of(session, caller, [mission.id])
    return name_of(mission), [(mission, items)], await names_of(session, [mission], items)


async def calendar_of_person(session: AsyncSession, caller: Caller) -> Shown:
    """Every visit on whose team the caller is, with the items that it takes part in.

    Raises:
        NotFound: the caller is not in the register.
    """
    officer = await person_of(session, caller)
    if officer is None:
        raise NotFound(_NOT_REGISTERED)
    person = str(officer.id)
    statement = visible_to(caller, select(Mission), Mission).where(
        Mission.team.contains([{"officer_id": person}])
    )
    ordered = statement.order_by(Mission.starts_on, Mission.id)
    missions = (await session.scalars(ordered)).all()
    items: dict[UUID, list[ItineraryItem]] = {mission.id: [] for mission in missions}
    for item in await items_of(session, caller, list(items)):
        if not item.participants or person in item.participants:
            items[item.mission_id].append(item)
    programmes = [(mission, items[mission.id]) for mission in missions]
    names = await names_of(session, missions, [one for _, shown in programmes for one in shown])
    return f"Visits of {officer.name}", programmes, names


async def issue(
    work: UnitOfWork, caller: Caller, wanted: CalendarFeedCreate
) -> tuple[CalendarFeed, str]:
    """A new feed and its token, of which the digest alone is kept."""
    faults = faults_of_expiry(wanted.expires_on, work.clock.today())
    if wanted.mission_id is None:
        if not caller.has_any(*CTED):
            faults.append(("mission_id", "Name a visit; only officers of CTED go on visits."))
        elif await person_of(work.session, caller) is None:
            faults.append(("mission_id", f"Name a visit. {_NOT_REGISTERED}"))
    else:
        visible = visible_to(
            caller, select(Mission.id).where(Mission.id == wanted.mission_id), Mission
        )
        if await work.session.scalar(visible) is None:
            faults.append(("mission_id", "No such visit; see /v1/missions."))
    require_sound(faults, "The feed cannot be made.")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    feed = CalendarFeed(
        owner=caller.subject,
        roles=sorted(caller.roles),
        member_state=caller.member_state,
        mission_id=wanted.mission_id,
        token_sha256=_digest(token),
        expires_on=wanted.expires_on,
        revoked_at=None,
    )
    await work.save(feed)
    return feed, token


async def calendar_of_feed(session: AsyncSession, token: str, today: date) -> Shown:
    """What the owner of the token's feed may see now.

    Raises:
        NotFound: the token is unknown, revoked or expired, its owner is no longer active or may no
            longer see the visit; the answer does not tell which.
    """
    feed = await session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.token_sha256 == _digest(token),
            CalendarFeed.revoked_at.is_(None),
            CalendarFeed.expires_on >= today,
        )
    )
    if feed is None:
        raise NotFound(_NO_CALENDAR)
    if await session.scalar(
        select(Officer.id).where(Officer.subject == feed.owner, ~Officer.active)
    ):
        raise NotFound(_NO_CALENDAR)  # who left CTED has no roles any more
    owner = Caller(feed.owner, frozenset(map(Role, feed.roles)), feed.member_state)
    try:
        if feed.mission_id is None:
            return await calendar_of_person(session, owner)
        return await calendar_of_visit(session, owner, feed.mission_id)
    except NotFound as error:
        raise NotFound(_NO_CALENDAR) from error


async def read(session: AsyncSession, caller: Caller, feed_id: UUID) -> CalendarFeed:
    """The feed, if it is the caller's, or the caller a lead.

    Raises:
        NotFound: it does not exist for this caller.
    """
    statement = _kept_by(caller).where(CalendarFeed.id == feed_id)
    feed: CalendarFeed | None = await session.scalar(statement)
    if feed is None:
        raise NotFound.record("CalendarFeed", feed_id)
    return feed


async def list_feeds(
    session: AsyncSession, caller: Caller, query: CalendarFeedQuery
) -> RecordPage[CalendarFeed]:
    """The caller's feeds; a lead sees everybody's."""
    table = CalendarFeed
    statement = _kept_by(caller)
    if query.mission_id:
        statement = statement.where(table.mission_id == query.mission_id)
    if query.revoked is not None:
        revoked = table.revoked_at.is_not(None)
        statement = statement.where(revoked if query.revoked else ~revoked)
    sortable = {"created_at": table.created_at, "expires_on": table.expires_on}
    return await paginate(session, statement, query, query.sort, sortable, table.id)


async def revoke(work: UnitOfWork, caller: Caller, feed_id: UUID, version: int | None) -> None:
    """Close the feed's address for good."""
    await read(work.session, caller, feed_id)
    feed = await work.get(CalendarFeed, feed_id, version=version, locked=True)
    if feed.revoked_at is not None:
        raise Conflict("The feed is revoked already.")
    feed.revoked_at = work.clock.now()
    await work.save(feed)


def _kept_by(caller: Caller) -> Select[CalendarFeed]:
    statement = select(CalendarFeed)
    if caller.has_any(Role.CTED_LEAD):
        return statement
    return statement.where(CalendarFeed.owner == caller.subject)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
