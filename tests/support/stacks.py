"""The embedded stack for tests: real PostgreSQL, a real broker, services as processes."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from shared.embedded.stack import Ports, Stack


@asynccontextmanager
async def running(*services: str) -> AsyncIterator[Stack]:
    """The named services on their own broker and databases, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ctc-") as directory:
        async with Stack(Path(directory), Ports.free(services)) as stack:
            yield stack


def client_of(stack: Stack, service: str, role: str, **claims: str) -> httpx.AsyncClient:
    """A client of the service with a token of the role."""
    token = stack.token(role, **claims)
    return httpx.AsyncClient(
        base_url=stack.urls[service], headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
