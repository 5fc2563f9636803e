"""Calendars over HTTP."""

import asyncio
import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.visits.calendars import service
from services.visits.calendars.schemas import (
    CalendarFeedCreate,
    CalendarFeedIssued,
    CalendarFeedQuery,
    CalendarFeedRead,
)
from services.visits.calendars.writing import calendar_of
from shared.auth import CtedCaller, CtedCommitteeOrState, OpenToAll
from shared.caching import IfNoneMatch, headers_of_copy, unchanged
from shared.database import (
    Page,
    ReadSession,
    RequiredVersion,
    Today,
    TransactionalRoute,
    UnrepeatedSession,
    WriteSession,
    created,
    set_etag,
)
from shared.errors import Conflict, NotFound, PreconditionFailed, Problem, problem_responses
from shared.exports import exported

router = APIRouter(prefix="/v1", tags=["calendars"], route_class=TransactionalRoute)


def _answers(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    return {
        **problem_responses(*problems),
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "The caller has it already"},
    }


async def _sent(session: AsyncSession, shown: service.Shown, if_none_match: str | None) -> Response:
    await session.close()  # no connection waits for the writing
    calendar = await asyncio.to_thread(calendar_of, *shown)
    tag = f'"{hashlib.sha256(calendar).hexdigest()}"'
    return unchanged(if_none_match, tag) or Response(
        calendar,
        media_type="text/calendar; charset=utf-8",
        headers={**headers_of_copy(tag), "X-Content-Type-Options": "nosniff"},
    )


@router.get(
    "/missions/{mission_id}/calendar.ics", response_class=Response, responses=_answers(NotFound)
)
async def read_calendar_of_visit(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    mission_id: UUID,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A visit and what of its programme the caller may see, as an iCalendar object."""
    shown = await service.calendar_of_visit(session, caller, mission_id)
    return await _sent(session, shown, if_none_match)


@router.get("/calendar.ics", response_class=Response, responses=_answers(NotFound))
async def read_own_calendar(
    caller: CtedCaller, session: ReadSession, if_none_match: IfNoneMatch = None
) -> Response:
    """The visits on whose team the caller is, as an iCalendar object."""
    return await _sent(session, await service.calendar_of_person(session, caller), if_none_match)


@router.post("/calendar-feeds", status_code=201, responses=problem_responses())
async def issue_calendar_feed(
    caller: CtedCommitteeOrState,
    work: UnrepeatedSession,
    wanted: CalendarFeedCreate,
    response: Response,
) -> CalendarFeedIssued:
    """Make a secret address for a calendar program; it is shown in this answer alone.

    An answer that is lost cannot be had again: revoke the feed and make another.
    """
    feed, token = await service.issue(work, caller, wanted)
    created(response, f"/v1/calendar-feeds/{feed.id}", feed.version)
    response.headers["Cache-Control"] = "no-store"
    known = CalendarFeedRead.model_validate(feed).model_dump()
    return CalendarFeedIssued(**known, address=f"/v1/calendar-feeds/{token}.ics")


@router.get(
    "/calendar-feeds/{token}.ics",
    response_class=Response,
    responses={
        status: answer for status, answer in _answers(NotFound).items() if status not in (401, 403)
    },
)
async def read_calendar_feed(
    _: OpenToAll, session: ReadSession, today: Today, token: str, if_none_match: IfNoneMatch = None
) -> Response:
    """What the owner of a secret address may see now; the address is all that it takes."""
    shown = await service.calendar_of_feed(session, token, today)
    return await _sent(session, shown, if_none_match)


@exported(router)
@router.get("/calendar-feeds", responses=problem_responses())
async def list_calendar_feeds(
    caller: CtedCommitteeOrState,
    session: ReadSession,
    query: Annotated[CalendarFeedQuery, Query()],
) -> Page[CalendarFeedRead]:
    """The caller's feeds, without their addresses; a lead sees everybody's."""
    return (await service.list_feeds(session, caller, query)).map(CalendarFeedRead.model_validate)


@router.get("/calendar-feeds/{feed_id}", responses=problem_responses(NotFound))
async def read_calendar_feed_settings(
    caller: CtedCommitteeOrState, session: ReadSession, feed_id: UUID, response: Response
) -> CalendarFeedRead:
    """One feed, without its address."""
    feed = await service.read(session, caller, feed_id)
    set_etag(response, feed.version)
    return CalendarFeedRead.model_validate(feed)


@router.delete(
    "/calendar-feeds/{feed_id}",
    status_code=204,
    responses=problem_responses(NotFound, Conflict, PreconditionFailed),
)
async def revoke_calendar_feed(
    caller: CtedCommitteeOrState, work: WriteSession, feed_id: UUID, version: RequiredVersion
) -> None:
    """Close a feed's address for good; a lead may close anybody's."""
    await service.revoke(work, caller, feed_id, version)
