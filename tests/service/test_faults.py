"""What is committed reaches the broker, though the process is killed and the broker forgets."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.test_survey_reaches_the_broker import _events_about, _issued

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


async def test_events_survive_a_killed_service(stack: Stack, officer: httpx.AsyncClient) -> None:
    surveys = [await _issued(officer, state) for state in ("FRA", "ITA", "ESP", "PRT")]
    stack.kill("assessment")
    await stack.start_service("assessment")
    for survey in surveys:
        (event,) = await _events_about(stack, survey["id"], 1)
        assert event["type"] == "org.un.ctc.assessment.survey-issued.v1"


async def test_a_broker_that_forgot_is_filled_again(
    stack: Stack, officer: httpx.AsyncClient
) -> None:
    before: list[dict[str, Any]] = [await _issued(officer, state) for state in ("JPN", "MNG")]
    for survey in before:
        await _events_about(stack, survey["id"], 1)
    stack.broker.stop()
    during = await _issued(officer, "JPN")  # the outbox takes it while there is no broker
    await stack.broker.start()
    async with asyncio.timeout(60):
        for survey in (*before, during):
            (event,) = await _events_about(stack, survey["id"], 1)
            assert event["data"]["survey_id"] == survey["id"]
