"""A read model's columns: nested records dotted, lists joined, the rest as JSON."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, Any, Optional
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, RootModel, computed_field

from shared.exports.columns import Cell, Columns, cell_of, text_of

ID = UUID(int=7)


class Colour(StrEnum):
    RED = "red"


class Place(BaseModel):
    city: str
    zone: int | None = None


class Cited(BaseModel):
    resolution: int
    paragraph: str

    def __str__(self) -> str:
        return f"{self.resolution} {self.paragraph}"


class Words(RootModel[list[str]]):
    pass


class Tree(BaseModel):
    name: str
    parent: Optional["Tree"] = None


class Report(BaseModel):
    id: UUID
    place: Place
    last: Annotated[Place, Field(description="Where it was last")] | None
    either: Place | Tree
    days: list[date]
    places: list[Place]
    cited: list[Cited] = []
    scores: dict[str, float]
    colour: Colour
    words: Words
    renamed: str = Field(alias="as_sent")
    hidden: str = Field("not sent", exclude=True)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> float:
        return sum(self.scores.values())


def report(**fields: Any) -> Report:
    known: dict[str, Any] = {
        "id": ID,
        "place": {"city": "Lomé", "zone": 0},
        "last": None,
        "either": {"city": "Bern"},
        "days": ["2026-01-31", "2026-02-01"],
        "places": [{"city": "Lomé"}],
        "scores": {"a": 0.5},
        "colour": "red",
        "words": ["a", "b"],
        "as_sent": "x",
    }
    return Report(**known | fields)


def test_columns_are_the_models_own_in_its_order() -> None:
    columns = Columns(Report)
    cells = dict(zip(columns.names, columns.row(report()), strict=True))
    assert list(cells.items()) == [
        ("id", str(ID)),
        ("place.city", "Lomé"),
        ("place.zone", 0),
        ("last.city", None),
        ("last.zone", None),
        ("either", '{"city":"Bern","zone":null}'),
        ("days", "2026-01-31; 2026-02-01"),
        ("places", '[{"city":"Lomé","zone":null}]'),
        ("cited", ""),
        ("scores", '{"a":0.5}'),
        ("colour", "red"),
        ("words", "a; b"),
        ("as_sent", "x"),
        ("total", 0.5),
    ]


def test_records_that_say_how_they_read_are_joined_as_texts() -> None:
    columns = Columns(Report)
    cited = [Cited(resolution=1373, paragraph=paragraph) for paragraph in ("1(b)", "2(e)")]
    cells = dict(zip(columns.names, columns.row(report(cited=cited)), strict=True))
    assert cells["cited"] == "1373 1(b); 1373 2(e)"


def test_columns_do_not_depend_on_what_is_there() -> None:
    columns = Columns(Report)
    full = columns.row(report(last={"city": "Bern", "zone": 1}))
    assert full[3:5] == ["Bern", 1]
    assert len(columns.row(report(days=[], places=[], scores={}))) == len(columns.names)


def test_a_record_within_itself_ends_as_json() -> None:
    columns = Columns(Tree)
    assert columns.names == ["name", "parent"]
    leaf = Tree(name="leaf", parent=Tree(name="root"))
    assert columns.row(leaf) == ["leaf", '{"name":"root","parent":null}']


@pytest.mark.parametrize(
    ("value", "cell", "text"),
    [
        (None, None, ""),
        (True, True, "true"),
        (False, False, "false"),
        (-3, -3, "-3"),
        (0.25, 0.25, "0.25"),
        (float("nan"), None, ""),
        (float("inf"), None, ""),
        (date(2026, 1, 31), date(2026, 1, 31), "2026-01-31"),
        (time(9, 30), "09:30:00", "09:30:00"),
        (Colour.RED, "red", "red"),
        ([], "", ""),
        ([True, None, 1.5, Colour.RED], "true; ; 1.5; red", "true; ; 1.5; red"),
        ((["a"], []), '[["a"],[]]', '[["a"],[]]'),
        ([{"at": date(2026, 1, 31)}], '[{"at":"2026-01-31"}]', '[{"at":"2026-01-31"}]'),
    ],
)
def test_a_value_becomes_one_cell(value: object, cell: Cell, text: str) -> None:
    assert cell_of(value) == cell
    assert type(cell_of(value)) is type(cell)
    assert text_of(cell_of(value)) == text


def test_an_instant_is_told_by_iso_8601() -> None:
    instant = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert cell_of(instant) == instant
    assert text_of(instant) == "2026-01-31T09:30:00Z"
