"""Deadlines as the service shows and announces them."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import httpx

from shared.embedded.stack import Stack
from shared.events import Envelope, Event
from tests.support.events import publish_envelopes, read_events
from tests.support.waiting import eventually


async def deadline_of(client: httpx.AsyncClient, about_id: UUID, **wanted: str) -> dict[str, Any]:
    """The deadline about this record, once it is as wanted."""

    def found(page: dict[str, Any]) -> bool:
        return any(_matches(item, about_id, wanted) for item in page["items"])

    page = await eventually(client, "/v1/deadlines", found, limit="200", sort="-created_at")
    return next(item for item in page["items"] if _matches(item, about_id, wanted))


def _matches(item: dict[str, Any], about_id: UUID, wanted: dict[str, str]) -> bool:
    return item["about_id"] == str(about_id) and all(item[k] == v for k, v in wanted.items())


async def publish_on(stack: Stack, event: Event, day: date) -> None:
    """Put an event on the broker as of the stack's present, from which reminders are reckoned."""
    at_midnight = datetime.combine(day, time(), UTC)
    await publish_envelopes(stack, Envelope.around(event, event.type.split(".")[3], at_midnight))


async def announced(stack: Stack, deadline_id: str, count: int) -> list[str]:
    events = await read_events(
        stack,
        "ctc.notifications",
        lambda event: event["data"].get("deadline_id") == deadline_id,
        count,
    )
    return [event["type"] for event in events]
