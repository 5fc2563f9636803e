"""The visits service alone, with whoever calls it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors
from tests.support.stacks import running


@pytest.fixture(scope="package")
async def stack() -> AsyncIterator[Stack]:
    async with running("visits") as started:
        yield started


@pytest.fixture(scope="package")
async def actors(stack: Stack) -> AsyncIterator[Actors]:
    async with Actors(stack) as everyone:
        yield everyone


@pytest.fixture(scope="package")
async def officer(actors: Actors) -> httpx.AsyncClient:
    return actors.of("cted_officer")


@pytest.fixture(scope="package")
async def chair(actors: Actors) -> httpx.AsyncClient:
    return actors.of("committee_chair")
