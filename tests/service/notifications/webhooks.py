"""What tests of webhooks do again and again."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import httpx

from services.assessment.events import GapIdentified, ProductPublished
from tests.support.waiting import eventually

Person = Callable[..., httpx.AsyncClient]
"""Makes a client of a role with a subject of its own."""
DAY = date(2030, 5, 1)


def gap(state: str, theme: str = "border-control", **fields: Any) -> GapIdentified:
    return GapIdentified(
        member_state=state, gap_id=uuid4(), assessment_id=uuid4(), theme=theme, resolution=2396,
        severity="high", identified_on=DAY, **fields,
    )  # fmt: skip


def product(**fields: Any) -> ProductPublished:
    return ProductPublished(
        product_id=uuid4(), title="Trends of the year", theme="border-control", published_on=DAY,
        **fields,
    )  # fmt: skip


async def subscribe(client: httpx.AsyncClient, url: str, **filters: object) -> dict[str, Any]:
    answer = await client.post("/v1/subscriptions", json={"url": url, **filters})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def delivery_of(
    client: httpx.AsyncClient, subscription: dict[str, Any], status: str, seconds: float = 20
) -> dict[str, Any]:
    """The newest delivery of the subscription that has this status, with its log."""
    page = await eventually(
        client,
        "/v1/deliveries",
        lambda page: bool(page["items"]),
        seconds=seconds,
        subscription_id=subscription["id"],
        status=status,
    )
    return dict((await client.get(f"/v1/deliveries/{page['items'][0]['id']}")).json())
