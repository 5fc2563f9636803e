"""Implementation over States and years, over HTTP, and what each reader is shown of it."""

from typing import Any

import httpx
import pytest

from shared.embedded.stack import Stack
from tests.service.assessment_years.conftest import Rounds
from tests.support.stacks import client_of

pytestmark = pytest.mark.timeout(120)
NUMBERS = ("states", "assessed_in_year", "mean_age", "score", "low", "high")


async def rows(client: httpx.AsyncClient, **query: object) -> list[dict[str, Any]]:
    answer = await client.get("/v1/roll-ups", params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def row(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    (found,) = await rows(client, **query)
    return found


def column(found: dict[str, Any], name: str) -> list[Any]:
    return [year[name] for year in found["years"]]


async def test_a_state_counts_until_it_is_assessed_again(
    officer: httpx.AsyncClient, rounds: Rounds
) -> None:
    found = await row(
        officer, theme="countering-financing", from_year=rounds.first - 1, to_year=rounds.third
    )
    assert found["theme"] == "countering-financing"
    assert found["member_states"] == 193
    assert column(found, "states") == [0, 15, 16, 16]
    assert column(found, "assessed_in_year") == [0, 15, 2, 0]
    assert column(found, "mean_age") == [None, 0, pytest.approx(14 / 16), pytest.approx(30 / 16)]
    # Of fifteen, Argentina, Canada, Austria and Peru answer no; then Argentina answers yes.
    means = [None, 11 / 15, 13 / 16, 13 / 16]
    assert column(found, "score") == [mean and pytest.approx(mean, abs=1e-4) for mean in means]
    assert column(found, "change") == [
        None,
        None,
        {"states": 15, "score": pytest.approx(1 / 15, abs=1e-4)},
        {"states": 16, "score": 0},
    ]
    assert found["change"] is None, "nobody has a score in the first year"
    span = await row(officer, from_year=rounds.first, to_year=rounds.third)
    assert span["change"] == {"states": 15, "score": pytest.approx(1 / 15, abs=1e-4)}


async def test_a_cell_says_how_far_the_states_are_apart(
    officer: httpx.AsyncClient, rounds: Rounds
) -> None:
    found = await row(
        officer, subregion="Western Europe", to_year=rounds.first, theme="border-control"
    )
    (year,) = [year for year in found["years"] if year["year"] == rounds.first]
    assert year["quartiles"] == {"lower": 1.0, "median": 1.0, "upper": 1.0}
    assert year["standard_deviation"] == pytest.approx(0.3727, abs=1e-4)
    assert year["cautions"] == []
    found = await row(officer, subregion="Northern America", to_year=rounds.first)
    assert found["years"][-1]["cautions"] == ["few_states", "wide_spread"]


async def test_by_subject_and_by_place_at_once(officer: httpx.AsyncClient, rounds: Rounds) -> None:
    found = await rows(
        officer, by=["region", "theme"], from_year=rounds.third, to_year=rounds.third
    )
    counted = {(r["region"], r["theme"]): r["years"][0]["states"] for r in found}
    assert {cell: states for cell, states in counted.items() if cell[1] != "arms"} == {
        (region, theme): states
        for region, states in (
            ("Africa", 0), ("Americas", 10), ("Asia", 0), ("Europe", 6), ("Oceania", 0)
        )
        for theme in ("border-control", "countering-financing")
    }  # fmt: skip
    found = await rows(officer, by="provision", from_year=rounds.third)
    assert [(r["provision"], r["resolution"]) for r in found] == [
        ("1373 1(b)", None),
        ("2370", None),
        ("2396", None),
    ]
    found = await rows(officer, by="provision", resolution=1373, from_year=rounds.third)
    assert [r["provision"] for r in found] == ["1373 1(b)"]
    found = await rows(officer, by="resolution", region="Europe", from_year=rounds.third)
    assert [(r["resolution"], r["region"], r["years"][0]["states"]) for r in found] == [
        (1373, "Europe", 6),
        (2370, "Europe", 0),
        (2396, "Europe", 6),
    ]


async def test_of_one_tool_or_instrument_alone(officer: httpx.AsyncClient, rounds: Rounds) -> None:
    tool = await row(officer, tool="global_implementation_survey_1624", from_year=rounds.third)
    assert column(tool, "states") == [1]
    code = await row(officer, instrument="oia-1373", from_year=rounds.third)
    assert column(code, "states") == [15]
    assert await rows(officer, instrument="unheard-of") == []


@pytest.mark.parametrize(("role", "claims"), [("oct", {}), ("partner", {"organisation": "UNODC"})])
async def test_others_are_shown_what_is_open_alone(
    stack: Stack, rounds: Rounds, role: str, claims: dict[str, str]
) -> None:
    async with client_of(stack, "assessment", role, **claims) as reader:
        europe = await row(reader, region="Europe", to_year=rounds.first)
        assert europe["years"][-1]["states"] == 5, "the Netherlands keep theirs confidential"
        finance = await row(reader, theme="countering-financing", to_year=rounds.first)
        # Without the Netherlands; Peru's answer is as if it had not been asked.
        assert finance["years"][-1]["states"] == 13
        assert finance["years"][-1]["score"] == pytest.approx(10 / 13, abs=1e-4)
        assert finance["years"][-1]["quartiles"] is not None


async def test_a_focal_point_is_shown_no_number_that_is_of_few_others(
    stack: Stack, rounds: Rounds
) -> None:
    about = {"from_year": rounds.first, "to_year": rounds.second}
    async with client_of(stack, "assessment", "member_state", member_state="CAN") as canada:
        found = await rows(canada, by="subregion", region="Americas", **about)
        assert {r["subregion"]: column(r, "withheld") for r in found} == {
            "Northern America": [True, True],
            # With the region's number it would tell that of the one other State of the north;
            # in the second year it is the region's that is withheld.
            "Latin America and the Caribbean": [True, False],
        }
        for hidden in (year for r in found for year in r["years"] if year["withheld"]):
            assert [hidden[name] for name in NUMBERS] == [None] * len(NUMBERS)
        americas = await row(canada, region="Americas", **about)
        # Only two States changed in the second year: the difference would be theirs.
        assert column(americas, "withheld") == [False, True]
        assert column(americas, "states")[0] == 9
        world = await row(canada, **about)
        assert column(world, "withheld") == [False, True]
        europe = await row(canada, region="Europe", **about)
        assert column(europe, "withheld") == [False, False]
        assert column(europe, "states") == [5, 5], "the Netherlands keep theirs confidential"


async def test_a_focal_point_is_shown_counts_and_means_alone(stack: Stack, rounds: Rounds) -> None:
    async with client_of(stack, "assessment", "member_state", member_state="NLD") as netherlands:
        europe = await row(netherlands, region="Europe", from_year=rounds.first)
        assert (europe["change"], len(europe["years"])) == (None, 2)
        year = europe["years"][0]
        assert year["states"] == 6, "its own counts, confidential as it is"
        assert year["score"] == pytest.approx(5 / 6, abs=1e-4)
        assert [year[name] for name in ("quartiles", "standard_deviation", "change")] == [None] * 3


async def test_who_answered_nothing_counts_in_the_interval_and_for_no_focal_point(
    stack: Stack, officer: httpx.AsyncClient, rounds: Rounds
) -> None:
    about = {"theme": "arms", "from_year": rounds.second, "to_year": rounds.second}
    (year,) = (await row(officer, **about))["years"]
    numbers = ("states", "unanswered", "score", "low", "high")
    assert [year[name] for name in numbers] == [1, 1, None, 0, 1]
    async with client_of(stack, "assessment", "member_state", member_state="CAN") as canada:
        assert await rows(canada, **about) == []


async def test_a_focal_point_may_not_ask_what_would_tell_by_subtraction(
    stack: Stack, rounds: Rounds
) -> None:
    async with client_of(stack, "assessment", "member_state", member_state="CAN") as canada:
        answer = await canada.get("/v1/roll-ups", params={"to_year": rounds.third})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.to_year")
        for narrowed in ({"tool": "overview_of_implementation_assessment"}, {"instrument": "x"}):
            assert (await canada.get("/v1/roll-ups", params=narrowed)).status_code == 403


async def test_civil_society_has_no_roll_up(stack: Stack, rounds: Rounds) -> None:
    async with client_of(stack, "assessment", "civil_society") as society:
        assert (await society.get("/v1/roll-ups")).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"by": ["theme", "resolution"]},
        {"by": ["region", "subregion"]},
        {"by": "colour"},
        {"by": "provision", "theme": "arms"},
        {"by": "theme", "resolution": "1373"},
        {"theme": "arms", "resolution": "1373"},
        {"region": "Africa", "subregion": "Northern Africa"},
        {"by": "region", "subregion": "Northern Africa"},
        {"region": "Atlantis"},
        {"subregion": "Atlantis"},
        {"from_year": "2030", "to_year": "2020"},
        {"from_year": "1900", "to_year": "2000"},
        {"to_year": "9000"},
        {"colour": "blue"},
    ],
)
async def test_what_cannot_be_rolled_up_is_refused(
    officer: httpx.AsyncClient, query: dict[str, Any]
) -> None:
    answer = await officer.get("/v1/roll-ups", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["message"]
