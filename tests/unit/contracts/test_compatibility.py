"""A schema only grows within a version."""

from typing import Any, Literal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, create_model

from shared.contracts.compatibility import incompatibilities

Schema = dict[str, Any]


class Step(BaseModel):
    theme: str
    progress: Literal["none", "done"]


class Released(BaseModel):
    visit_id: str
    kind: Literal["full", "focused"]
    days: int = Field(ge=1, le=30)
    reason: str | None = None
    steps: list[Step] = []
    scores: dict[str, float] = {}


RELEASED = Released.model_json_schema()


def changed(**anew: Any) -> list[str]:
    """The faults after these fields of the released model were described anew (None: removed)."""
    fields = {
        name: (Released.__annotations__[name], field)
        for name, field in Released.model_fields.items()
    }
    kept = {name: field for name, field in (fields | anew).items() if field is not None}
    return incompatibilities(RELEASED, create_model("Current", **kept).model_json_schema())


class MoreDetailedStep(BaseModel):
    theme: str
    progress: Literal["none", "begun", "done"]
    note: str = ""


class ShrunkStep(BaseModel):
    progress: Literal["done"]
    note: str


def test_the_same_schema_is_compatible() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    "growth",
    [
        {"note": (str, "")},
        {"kind": (Literal["full", "focused", "virtual"], ...)},
        {"kind": (str, ...)},
        {"days": (int, Field(ge=0, le=365))},
        {"days": (int, ...)},
        {"visit_id": (str, "unknown")},
        {"visit_id": (str, Field(title="Another", description="Other words"))},
        {"steps": (list[MoreDetailedStep], [])},
    ],
    ids=str,
)
def test_growth_is_compatible(growth: dict[str, Any]) -> None:
    assert changed(**growth) == []


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"visit_id": None}, ["visit_id: was removed"]),
        ({"note": (str, ...)}, ["note: is newly required"]),
        ({"reason": (str | None, ...)}, ["reason: is newly required"]),
        ({"reason": (str, "")}, ["reason: can no longer be null"]),
        ({"kind": (Literal["full"], ...)}, ["kind: no longer allows 'focused'"]),
        ({"visit_id": (Literal["a"], ...)}, ["visit_id: is now limited to 'a'"]),
        ({"visit_id": (str, Field(min_length=3))}, ["visit_id: minLength is now 3"]),
        ({"visit_id": (str, Field(pattern="^v"))}, ["visit_id: pattern is now '^v'"]),
        ({"days": (int, Field(ge=1, le=7))}, ["days: maximum is now 7"]),
        (
            {"days": (float, Field(ge=1, le=30))},
            [
                "days: can no longer be integer",
                "days: can now be number, which consumers do not expect",
            ],
        ),
        (
            {"visit_id": (str | None, ...)},
            ["visit_id: can now be null, which consumers do not expect"],
        ),
        (
            {"scores": (dict[str, bool], {})},
            [
                "scores{}: can no longer be number",
                "scores{}: can now be boolean, which consumers do not expect",
            ],
        ),
        (
            {"steps": (list[ShrunkStep], [])},
            [
                "steps[].note: is newly required",
                "steps[].progress: no longer allows 'none'",
                "steps[].theme: was removed",
            ],
        ),
    ],
    ids=str,
)
def test_shrinking_is_named(change: dict[str, Any], faults: list[str]) -> None:
    assert changed(**change) == faults


def test_a_date_is_not_a_text() -> None:
    day, text = {"type": "string", "format": "date"}, {"type": "string"}
    assert incompatibilities(day, text) == [
        "data: can no longer be string (date)",
        "data: can now be string, which consumers do not expect",
    ]


def test_unknown_properties_stay_allowed() -> None:
    closed = {"type": "object", "additionalProperties": False}
    assert incompatibilities({"type": "object"}, closed) == ["{}: is no longer allowed"]


def test_a_schema_that_refers_to_itself_is_compared_once() -> None:
    def tree(values: Schema) -> Schema:
        node = {
            "type": "object",
            "properties": {
                "value": values,
                "below": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
            },
        }
        return {"$ref": "#/$defs/Node", "$defs": {"Node": node}}

    assert incompatibilities(tree({"type": "string"}), tree({"type": "string"})) == []
    assert incompatibilities(tree({"enum": ["a", "b"]}), tree({"enum": ["a"]})) == [
        "value: no longer allows 'b'"
    ]


_PLAIN: st.SearchStrategy[Schema] = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "minLength": 2},
        {"type": "string", "enum": ["a", "bb"]},
        {"type": "string", "enum": ["a", "bb", "ccc"]},
        {"type": "integer"},
        {"type": "integer", "maximum": 5},
        {"type": "boolean"},
        {"type": "null"},
    ]
)
_VALUES = [None, True, 0, 5, 6, "", "a", "bb", "ccc", "dddd"]


def _objects(values: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.dictionaries(st.sampled_from("xyz"), values, max_size=3).flatmap(
        lambda properties: st.builds(
            lambda required: {
                "type": "object",
                "properties": properties,
                "required": sorted(required),
            },
            st.sets(st.sampled_from(sorted(properties))) if properties else st.just(set()),
        )
    )


_SCHEMAS: st.SearchStrategy[Schema] = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        _objects(inner),
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=5,
)


def _documents(schema: Schema) -> st.SearchStrategy[Any]:
    """What a publisher that keeps to the schema may send: only properties that it names."""
    if "anyOf" in schema:
        return st.one_of([_documents(one) for one in schema["anyOf"]])
    if schema["type"] == "object":
        named = {name: _documents(part) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: part for name, part in named.items() if name in schema["required"]},
            optional={name: part for name, part in named.items() if name not in schema["required"]},
        )
    if schema["type"] == "array":
        return st.lists(_documents(schema["items"]), max_size=2)
    validator = Draft202012Validator(schema)
    return st.sampled_from([value for value in _VALUES if validator.is_valid(value)])


@st.composite
def _changed(draw: st.DrawFn, schema: Schema) -> Schema:
    """The schema with a little changed in some places."""
    if draw(st.integers(0, 5)) == 0:
        return draw(_SCHEMAS)
    if "anyOf" in schema:
        return {"anyOf": [draw(_changed(one)) for one in schema["anyOf"]] + draw(_ONE_MORE)}
    if schema["type"] == "array":
        return schema | {"items": draw(_changed(schema["items"]))}
    if schema["type"] == "object":
        properties = {
            name: draw(_changed(part))
            for name, part in schema["properties"].items()
            if draw(st.integers(0, 5))
        }
        required = {name for name in schema["required"] if name in properties}
        if draw(st.booleans()):
            properties |= draw(st.dictionaries(st.sampled_from("xyz"), _PLAIN, max_size=1))
            required |= draw(st.sets(st.sampled_from(sorted(properties) or ["x"]), max_size=1))
        return {"type": "object", "properties": properties, "required": sorted(required)}
    limits = [{}, {"minLength": 1}, {"minLength": 3}, {"maximum": 4}, {"enum": ["a", "bb"]}]
    return {"type": schema["type"]} | draw(st.sampled_from(limits))


_ONE_MORE = st.lists(_PLAIN, max_size=1)


@given(data=st.data())
@settings(max_examples=1000)
def test_what_was_published_meets_every_schema_that_may_follow(data: st.DataObject) -> None:
    released = data.draw(_SCHEMAS)
    current = data.draw(_changed(released))
    if incompatibilities(released, current) == []:
        event("may follow, and differs" if released != current else "is the same")
        Draft202012Validator(current).validate(data.draw(_documents(released)))


@given(_SCHEMAS)
def test_every_schema_may_follow_itself(schema: Schema) -> None:
    assert incompatibilities(schema, schema) == []
