"""Schemas refuse what the catalogue does not hold, and say what to send instead."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.reference import Alpha3, ResolutionNumber, ThemeCode, member_states


class About(BaseModel):
    member_state: Alpha3 = "KEN"
    theme: ThemeCode = "border-control"
    resolution: ResolutionNumber = 1373


def fault(**values: Any) -> tuple[tuple[int | str, ...], str]:
    with pytest.raises(ValidationError) as raised:
        About(**values)
    (error,) = raised.value.errors()
    return error["loc"], error["msg"]


def test_every_member_state_is_accepted() -> None:
    for alpha3 in member_states():
        assert About(member_state=alpha3).member_state == alpha3


@pytest.mark.parametrize("value", ["ken", "KE", "Kenya", "XXX", "VAT", "404", "KEN ", ""])
def test_a_code_of_no_member_state_is_refused_with_an_example(value: str) -> None:
    field, message = fault(member_state=value)
    assert field == ("member_state",)
    assert repr(value) in message
    assert "is not the ISO 3166 alpha-3 code of a Member State" in message
    assert "KEN" in message


def test_an_unknown_theme_is_refused_with_the_known_ones() -> None:
    field, message = fault(theme="space")
    assert field == ("theme",)
    assert "'space'" in message
    assert "border-control" in message
    assert "human-rights-and-gender" in message


@pytest.mark.parametrize("value", [0, -1373, 1372, 284])
def test_a_resolution_outside_the_programme_is_refused_with_where_to_look(value: int) -> None:
    field, message = fault(resolution=value)
    assert field == ("resolution",)
    assert str(value) in message
    assert "/v1/reference/resolutions" in message


def test_the_json_schema_shows_what_an_alpha3_code_looks_like() -> None:
    schema = About.model_json_schema()["properties"]["member_state"]
    assert schema["type"] == "string"
    assert schema["pattern"] == "^[A-Z]{3}$"
    assert schema["examples"] == ["KEN"]
