"""The notifications service alone, with whoever calls it and an endpoint that it delivers to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.notifications.receiver import Receiver
from tests.service.notifications.webhooks import Person
from tests.support.stacks import client_of, running
from tests.support.waiting import advance_clock

PATIENCE = {
    "WEBHOOK_TIMEOUT_SECONDS": "1.5",
    "WEBHOOK_LEASE_SECONDS": "3",
    "WEBHOOK_FIRST_RETRY_SECONDS": "0.2",
    "WEBHOOK_LONGEST_RETRY_SECONDS": "1",
    "WEBHOOK_GIVE_UP_SECONDS": "6",
}
"""As production delivers, with seconds in place of days."""


@pytest.fixture(scope="package")
async def stack() -> AsyncIterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in PATIENCE.items():
            environment.setenv(name, value)
        async with running("notifications") as started:
            yield started


@pytest.fixture(scope="package")
async def officer(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "notifications", "cted_officer") as client:
        yield client


@pytest.fixture(scope="package")
async def chair(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "notifications", "committee_chair") as client:
        yield client


@pytest.fixture(scope="package")
async def operator(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "notifications", "operator") as client:
        yield client


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as listening:
        yield listening


@pytest.fixture(scope="package")
async def today(operator: httpx.AsyncClient) -> Callable[[], Awaitable[date]]:
    """The services' present date, which only moves forward."""

    async def read() -> date:
        now = (await operator.get("/development/clock")).json()["now"]
        return datetime.fromisoformat(now).date()

    return read


@pytest.fixture(scope="package")
async def pass_days(stack: Stack, operator: httpx.AsyncClient) -> Callable[[int], Awaitable[None]]:
    """Let days pass for the service."""

    async def advance(days: int) -> None:
        now = (await operator.get("/development/clock")).json()["now"]
        later = datetime.fromisoformat(now) + timedelta(days=days)
        await advance_clock(stack.urls["notifications"], stack.token("operator"), later.isoformat())

    return advance


@pytest.fixture
async def person(stack: Stack) -> AsyncIterator[Person]:
    """Clients with a subject of their own, so that one test's webhooks are not another's."""
    owned: dict[str, httpx.AsyncClient] = {}

    def make(role: str, **claims: str) -> httpx.AsyncClient:
        subject = f"{role}-{uuid4()}"
        owned[subject] = client_of(stack, "notifications", role, subject=subject, **claims)
        return owned[subject]

    yield make
    for subject, client in owned.items():
        for subscription in (await client.get("/v1/subscriptions")).json()["items"]:
            if subscription["owner"] == subject:
                await client.delete(f"/v1/subscriptions/{subscription['id']}")
        await client.aclose()
