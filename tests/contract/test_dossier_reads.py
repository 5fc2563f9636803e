"""What the visits service reads of the assessment service is in that service's contract."""

from pathlib import PurePosixPath
from typing import Any

import pytest
from pydantic import BaseModel

from services.visits.dossiers.reading import (
    ASSESSMENTS,
    OF_ASSESSMENT,
    OF_STATE,
    DossierAssessment,
    DossierScore,
)

Made = dict[PurePosixPath, dict[str, Any]]
READINGS = {**OF_STATE, **OF_ASSESSMENT, "assessments": ASSESSMENTS}


@pytest.fixture
def contract(made: Made) -> dict[str, Any]:
    return made[PurePosixPath("openapi/assessment.json")]


def resolved(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that is referred to, without null as an alternative."""
    (schema,) = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(contract["components"]["schemas"][name]) if name else schema


def types_of(schema: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    """The JSON types that the schema allows."""
    if "anyOf" in schema:
        return set().union(*(types_of(one, definitions) for one in schema["anyOf"]))
    name = schema.get("$ref", "").rpartition("/")[2]
    return types_of(definitions[name], definitions) if name else {schema["type"]}


def missing(contract: dict[str, Any], schema: dict[str, Any], kind: type[BaseModel]) -> list[str]:
    """The fields of `kind` that an answer of this schema may lack, or have of another type."""
    read = kind.model_json_schema()
    faults = []
    for name, field in read["properties"].items():
        if name not in schema["required"]:
            faults.append(f"{name} is not promised")
            continue
        understood = types_of(field, read.get("$defs", {}))
        promised = types_of(schema["properties"][name], contract["components"]["schemas"])
        if unread := promised - understood:
            faults.append(f"{name} may be {', '.join(unread)}")
    return faults


@pytest.mark.parametrize("name", READINGS)
def test_lists_take_what_is_asked_and_promise_what_is_read(
    contract: dict[str, Any], name: str
) -> None:
    reading = READINGS[name]
    operation = contract["paths"][reading.path]["get"]
    taken = {one["name"]: one["schema"] for one in operation["parameters"]}
    asked = {*reading.parameters, "limit", "cursor"} | ({reading.by} if reading.by else set())
    assert asked <= taken.keys()
    for parameter, wanted in reading.parameters.items():
        schema = resolved(contract, taken[parameter])
        allowed = resolved(contract, schema.get("items", schema))["enum"]
        assert set([wanted] if isinstance(wanted, str) else wanted) <= set(allowed)
    page = operation["responses"]["200"]["content"]["application/json"]["schema"]
    items = resolved(contract, page)["properties"]["items"]["items"]
    assert missing(contract, resolved(contract, items), reading.kind) == []
    assert {"cted_officer", "cted_lead"} <= set(operation["x-allowed-roles"])


def test_an_assessment_promises_what_is_read_of_it(contract: dict[str, Any]) -> None:
    operation = contract["paths"]["/v1/assessments/{assessment_id}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert missing(contract, resolved(contract, schema), DossierAssessment) == []
    score = contract["components"]["schemas"]["ScoreRead"]
    assert missing(contract, score, DossierScore) == []


def test_what_is_not_promised_is_found(contract: dict[str, Any]) -> None:
    class Hoped(BaseModel):
        id: int
        colour: str
        rating: str

    schema = contract["components"]["schemas"]["GapRead"]
    assert missing(contract, schema, Hoped) == [
        "id may be string",
        "colour is not promised",
        "rating may be null",
    ]
