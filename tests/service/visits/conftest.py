"""The visits service alone, with whoever calls it."""

import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.visits.actors import Actors
from tests.service.visits.assessment_stand_in import AssessmentStandIn
from tests.support.stacks import running

TOTAL_SECONDS, BREAKER_SECONDS = 2.5, 2.0


@pytest.fixture(scope="package")
async def assessment() -> AsyncIterator[AssessmentStandIn]:
    """What the visits service takes for the assessment service; away until it is started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        stand_in = AssessmentStandIn(free.getsockname()[1])
    yield stand_in
    await stand_in.stop()


@pytest.fixture(scope="package")
async def stack(assessment: AssessmentStandIn) -> AsyncIterator[Stack]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSESSMENT_URL", assessment.url)
        environment.setenv("ASSESSMENT_READ_SECONDS", "0.6")
        environment.setenv("ASSESSMENT_TOTAL_SECONDS", str(TOTAL_SECONDS))
        environment.setenv("ASSESSMENT_BREAKER_SECONDS", str(BREAKER_SECONDS))
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
