"""What the measurements have in common: how they take the time, and name the machine."""

import asyncio
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import datetime

import httpx


def machine() -> str:
    """What a table was measured on, and when."""
    today = datetime.now().astimezone().date()
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {today}"


def dsn(url: str) -> str:
    """The database as asyncpg names it."""
    return url.replace("postgresql+asyncpg", "postgresql")


def timed(act: Callable[[], object], calls: int) -> list[float]:
    """Seconds of each call."""
    taken = []
    for _ in range(calls):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return taken


def median_seconds(act: Callable[[], object], calls: int) -> float:
    """The median of as many calls."""
    return statistics.median(timed(act, calls))


async def timed_beside(
    http: httpx.AsyncClient, wanted: httpx.Request, other: str, calls: int
) -> tuple[float, float]:
    """Median seconds of the request, and the longest that a reader of `other` waited beside it."""
    taken, waits = [], [0.0]
    for _ in range(calls):
        begun = time.perf_counter()
        asked = asyncio.create_task(http.send(wanted))
        while not asked.done():
            since = time.perf_counter()
            (await http.get(other, params={"limit": 1})).raise_for_status()
            waits.append(time.perf_counter() - since)
            await asyncio.sleep(0.02)
        (await asked).raise_for_status()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), max(waits)
