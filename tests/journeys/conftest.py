"""The whole system: four services as processes over one real broker."""

from collections.abc import AsyncIterator

import pytest

from shared.embedded.stack import Stack
from shared.events.topics import SERVICES
from tests.support.stacks import running


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with running(*SERVICES) as started:
        yield started
