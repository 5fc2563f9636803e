"""Validated references to the catalogue, for schemas."""

from typing import Annotated

from pydantic import AfterValidator, Field

from shared.reference.catalogue import council_resolution_numbers, m49_areas, member_states, themes


def _known_state(value: str) -> str:
    if value not in member_states():
        raise ValueError(
            f"{value!r} is not the ISO 3166 alpha-3 code of a Member State; send one such as KEN"
        )
    return value


def _known_theme(value: str) -> str:
    if value not in themes():
        raise ValueError(f"{value!r} is no thematic area; send one of {', '.join(themes())}")
    return value


def _known_resolution(value: int) -> int:
    if value not in council_resolution_numbers():
        raise ValueError(
            f"{value} is no resolution of the work programme; see /v1/reference/resolutions"
        )
    return value


def _known_area(value: str) -> str:
    if value not in m49_areas():
        raise ValueError(
            f"{value!r} is no M49 region or subregion; send one of {', '.join(m49_areas())}"
        )
    return value


def _known_region(value: str) -> str:
    known = sorted({state.region for state in member_states().values()})
    if value not in known:
        raise ValueError(f"{value!r} is no M49 region; send one of {', '.join(known)}")
    return value


def _known_subregion(value: str) -> str:
    known = sorted({state.subregion for state in member_states().values()})
    if value not in known:
        raise ValueError(f"{value!r} is no M49 subregion; send one of {', '.join(known)}")
    return value


Alpha3 = Annotated[
    str,
    AfterValidator(_known_state),
    Field(
        description="ISO 3166 alpha-3 code of a Member State",
        examples=["KEN"],
        json_schema_extra={"pattern": "^[A-Z]{3}$"},
    ),
]
ThemeCode = Annotated[
    str,
    AfterValidator(_known_theme),
    Field(description="Thematic area", examples=["border-control"]),
]
ResolutionNumber = Annotated[
    int,
    AfterValidator(_known_resolution),
    Field(description="Number of a Security Council resolution", examples=[1373]),
]
M49Area = Annotated[
    str,
    AfterValidator(_known_area),
    Field(description="M49 region, subregion or intermediate region", examples=["Western Africa"]),
]
RegionName = Annotated[
    str,
    AfterValidator(_known_region),
    Field(description="M49 region", examples=["Africa"]),
]
SubregionName = Annotated[
    str,
    AfterValidator(_known_subregion),
    Field(description="M49 subregion", examples=["Central Asia"]),
]
