"""The assessment service over three years: the States' rounds, and whoever looks back at them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment.steps import BC, INSTRUMENT, Json, assessed
from tests.support.stacks import client_of, running
from tests.support.waiting import advance_clock

LATIN_AMERICA = ("ARG", "BRA", "CHL", "COL", "ECU", "PER", "URY")
NORTHERN_AMERICA = ("CAN", "USA")
WESTERN_EUROPE = ("AUT", "BEL", "CHE", "DEU", "FRA", "NLD")
YES: Json = {"CFT-1": "yes", "BC-1": "yes"}
NO: Json = {"CFT-1": "no", "BC-1": "no"}
OPTIONAL = BC | {
    "code": "AR-1",
    "theme": "arms",
    "provisions": [{"resolution": 2370}],
    "required": False,
}
OTHER_TOOL = INSTRUMENT | {
    "code": "gis-1624",
    "tool": "global_implementation_survey_1624",
    "sections": [
        *INSTRUMENT["sections"],
        {"code": "arms", "title": "Arms", "questions": [OPTIONAL]},
    ],
}


@pytest.fixture(scope="package")
async def stack() -> AsyncIterator[Stack]:
    async with running("assessment") as started:
        yield started


@pytest.fixture(scope="package")
async def officer(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(stack, "assessment", "cted_officer") as client:
        yield client


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was assessed when."""

    first: int
    """The year of the first round; few were assessed in the second, and the third has begun."""
    second: int
    third: int


@pytest.fixture(scope="package")
async def rounds(stack: Stack, officer: httpx.AsyncClient) -> Rounds:
    """Two rounds, and the beginning of a year in which nobody was assessed yet.

    First: all of the three subregions answer yes, but for Argentina, Canada and Austria, that
    answer no; Peru keeps one answer confidential and the Netherlands everything. Second: Argentina
    answers yes, and Mexico is assessed for the first time, with another tool, of
    which it answers nothing about arms.
    """
    first = date.today().year  # noqa: DTZ011 - the clock of the services has not been set yet
    for state in (*LATIN_AMERICA, *NORTHERN_AMERICA, *WESTERN_EUROPE):
        answers = NO if state in ("ARG", "CAN", "AUT") else YES
        if state == "PER":
            answers = answers | {"CFT-1": {"value": "no", "confidential": True}}
        await assessed(stack, officer, state, answers, confidential=state == "NLD")
    await _advance(stack, first + 1)
    await assessed(stack, officer, "ARG", YES)
    await assessed(stack, officer, "MEX", YES, OTHER_TOOL)
    await _advance(stack, first + 2)
    return Rounds(first, first + 1, first + 2)


async def _advance(stack: Stack, year: int) -> None:
    url = stack.urls["assessment"]
    await advance_clock(url, stack.token("operator"), f"{year}-01-15T12:00:00Z")
