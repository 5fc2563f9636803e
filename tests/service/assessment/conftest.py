"""The assessment service alone, with whoever calls it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.support.stacks import client_of, running


@pytest.fixture(scope="package")
async def stack() -> AsyncIterator[Stack]:
    async with running("assessment") as started:
        yield started


@pytest.fixture(scope="package")
async def officer(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer") as client:
        yield client


@pytest.fixture(scope="package")
async def operator(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "operator") as client:
        yield client


@pytest.fixture(scope="package")
async def lead(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_lead") as client:
        yield client
