"""Sections saved by many at once: nobody's answer is lost, and each is in the history once."""

import httpx
import pytest

from bench.concurrent_saves import issue, lost, save_at_once
from shared.embedded.stack import Stack
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(60)


async def test_of_many_saves_at_once_none_is_lost(stack: Stack, officer: httpx.AsyncClient) -> None:
    async with client_of(stack, "assessment", "cted_lead") as lead:
        sections = await issue(officer, lead, saves=2000)  # twenty in each
    saved = await save_at_once(officer, sections[:5], saves=100, clients=20)
    assert sorted(save.number for save in saved) == list(range(100))
    assert max(save.attempts for save in saved) > 1, "nobody was in anybody's way"
    assert await lost(officer, saved) == []
