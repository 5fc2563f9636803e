"""The embedded stack, started once: real PostgreSQL, a real Kafka-protocol broker, real processes."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from shared.embedded.stack import Ports, Stack


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="ctc-") as directory:
        async with Stack(Path(directory), Ports.free(["assessment"])) as started:
            yield started


def client_of(stack: Stack, service: str, role: str, **claims: str) -> httpx.AsyncClient:
    """A client of the service with a token of the role."""
    token = stack.token(role, **claims)
    return httpx.AsyncClient(
        base_url=stack.urls[service], headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


@pytest.fixture(scope="session")
async def officer(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer") as client:
        yield client


@pytest.fixture(scope="session")
async def operator(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "operator") as client:
        yield client
