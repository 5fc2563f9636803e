"""The bundled catalogue agrees with M49, the membership and the work programme."""

import json
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from shared.reference import member_states, resolutions, themes

CITATIONS = Path(__file__).parents[2] / "data" / "work_programme_citations.json"


def citations() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(CITATIONS.read_text(encoding="utf-8"))["citations"]
    return entries


def test_the_193_member_states_have_distinct_codes_and_names() -> None:
    states = member_states().values()
    assert len(states) == 193
    for codes in (
        {state.alpha2 for state in states},
        {state.m49 for state in states},
        {state.name for state in states},
    ):
        assert len(codes) == 193


def test_codes_are_written_as_iso_3166_and_m49_write_them() -> None:
    for alpha3, state in member_states().items():
        assert state.alpha3 == alpha3
        assert (len(state.alpha3), len(state.alpha2), len(state.m49)) == (3, 2, 3)
        assert (state.alpha3 + state.alpha2).isascii()
        assert (state.alpha3 + state.alpha2).isupper()
        assert state.m49.isdigit()


def test_regions_count_as_many_members_as_in_m49() -> None:
    assert Counter(state.region for state in member_states().values()) == {
        "Africa": 54,
        "Americas": 35,
        "Asia": 47,
        "Europe": 43,
        "Oceania": 14,
    }


def test_subregions_count_as_many_members_as_in_m49() -> None:
    counted = Counter(
        state.intermediate_region or state.subregion for state in member_states().values()
    )
    assert counted == {
        "Northern Africa": 6,
        "Eastern Africa": 18,
        "Middle Africa": 9,
        "Southern Africa": 5,
        "Western Africa": 16,
        "Caribbean": 13,
        "Central America": 8,
        "South America": 12,
        "Northern America": 2,
        "Central Asia": 5,
        "Eastern Asia": 5,
        "South-eastern Asia": 11,
        "Southern Asia": 9,
        "Western Asia": 17,
        "Eastern Europe": 10,
        "Northern Europe": 10,
        "Southern Europe": 14,
        "Western Europe": 9,
        "Australia and New Zealand": 2,
        "Melanesia": 4,
        "Micronesia": 5,
        "Polynesia": 3,
    }


@pytest.mark.parametrize(
    ("alpha3", "subregion"),
    [
        ("CYP", "Western Asia"),
        ("TUR", "Western Asia"),
        ("NRU", "Micronesia"),
        ("MEX", "Central America"),
        ("SSD", "Eastern Africa"),
        ("IRN", "Southern Asia"),
        ("SDN", "Northern Africa"),
    ],
)
def test_states_that_sources_place_differently_are_where_m49_has_them(
    alpha3: str, subregion: str
) -> None:
    state = member_states()[alpha3]
    assert subregion in (state.subregion, state.intermediate_region)


@pytest.mark.parametrize("alpha3", ["VAT", "PSE", "TWN", "HKG", "XKX", "COK"])
def test_what_is_no_member_state_is_not_in_the_catalogue(alpha3: str) -> None:
    assert alpha3 not in member_states()


def test_every_resolution_that_the_work_programme_cites_is_there_and_no_other() -> None:
    cited = {symbol for entry in citations() for symbol in entry["symbols"]}
    assert set(resolutions()) == cited


def test_the_programmes_own_list_is_that_of_its_letter() -> None:
    (letter,) = (entry for entry in citations() if entry["part"] == "letter")
    listed = {symbol for symbol, entry in resolutions().items() if entry.in_programme_list}
    assert listed == set(letter["symbols"])
    assert len(listed) == 26


def test_symbols_are_made_of_body_number_and_year() -> None:
    for symbol, resolution in resolutions().items():
        if resolution.body == "Security Council":
            assert symbol == f"S/RES/{resolution.number} ({resolution.year})"
        else:
            assert resolution.body == "General Assembly"
            assert symbol.startswith("A/RES/")
            assert symbol.endswith(f"/{resolution.number}")


def test_every_theme_rests_on_resolutions_of_the_catalogue() -> None:
    numbers = {
        resolution.number
        for resolution in resolutions().values()
        if resolution.body == "Security Council"
    }
    assert len(themes()) == 13
    for theme in themes().values():
        assert theme.resolutions
        assert set(theme.resolutions) <= numbers


def test_nobody_can_change_the_catalogue() -> None:
    with pytest.raises(FrozenInstanceError):
        member_states()["KEN"].name = "Elsewhere"  # type: ignore[misc]
    with pytest.raises(TypeError):
        member_states()["XXX"] = member_states()["KEN"]  # type: ignore[index]
