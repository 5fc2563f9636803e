"""The bundled reference data: Member States, resolutions and thematic areas."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

Capacity = Literal["least_developed", "other"]


@dataclass(frozen=True, slots=True)
class MemberState:
    """A Member State of the United Nations, with its ISO 3166 and M49 codes."""

    alpha3: str
    alpha2: str
    m49: str
    name: str
    region: str
    subregion: str
    intermediate_region: str | None
    least_developed: bool
    """On the United Nations list of least developed countries: a fact about capacity (¶7, ¶9)."""

    @property
    def capacity(self) -> Capacity:
        """The group of States that it is compared with, bearing in mind differences in capacity."""
        return "least_developed" if self.least_developed else "other"


@dataclass(frozen=True, slots=True)
class Resolution:
    """A resolution that the work programme cites."""

    body: str
    number: int
    year: int
    symbol: str
    subject: str
    in_programme_list: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """A thematic area and the resolutions that it rests on."""

    code: str
    name: str
    resolutions: tuple[int, ...]


@cache
def member_states() -> Mapping[str, MemberState]:
    """The 193 Member States by alpha-3 code."""
    states = (MemberState(**entry) for entry in _read("member_states"))
    return MappingProxyType({state.alpha3: state for state in states})


@cache
def m49_areas() -> Mapping[str, frozenset[str]]:
    """The Member States of each M49 region, subregion and intermediate region, by its name."""
    areas: dict[str, set[str]] = {}
    for state in member_states().values():
        for name in (state.region, state.subregion, state.intermediate_region):
            if name:
                areas.setdefault(name, set()).add(state.alpha3)
    return MappingProxyType({name: frozenset(areas[name]) for name in sorted(areas)})


@cache
def resolutions() -> Mapping[str, Resolution]:
    """The resolutions by symbol."""
    entries = (Resolution(**entry) for entry in _read("resolutions"))
    return MappingProxyType({resolution.symbol: resolution for resolution in entries})


@cache
def council_resolution_numbers() -> frozenset[int]:
    """The numbers of the Security Council's resolutions in the catalogue."""
    return frozenset(
        resolution.number
        for resolution in resolutions().values()
        if resolution.body == "Security Council"
    )


@cache
def themes() -> Mapping[str, Theme]:
    """The thematic areas by code."""
    entries = (
        Theme(entry["code"], entry["name"], tuple(entry["resolutions"]))
        for entry in _read("themes")
    )
    return MappingProxyType({theme.code: theme for theme in entries})


def _read(name: str) -> list[dict[str, Any]]:
    file = resources.files("shared.reference") / "data" / f"{name}.json"
    entries: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))[name]
    return entries
