"""Waits for what a service does after it has heard of an event."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx


async def eventually(
    client: httpx.AsyncClient,
    path: str,
    accepted: Callable[[Any], bool],
    *,
    seconds: float = 20,
    **params: str,
) -> Any:
    """The body of the answer to GET `path` once it is accepted.

    Raises:
        AssertionError: it was not accepted in time; the last answer is shown.
    """
    last = "nothing"
    try:
        async with asyncio.timeout(seconds):
            while True:
                answer = await client.get(path, params=params)
                last = f"{answer.status_code} {answer.text}"
                if answer.status_code == 200 and accepted(body := answer.json()):
                    return body
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"GET {path} {params} was last {last}") from None


async def advance_clock(stack_url: str, token: str, now: str) -> None:
    """Set the services' present (they share one clock)."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        answer = await http.put(f"{stack_url}/development/clock", json={"now": now})
        answer.raise_for_status()
