"""The columns of a read model: nested records become dotted columns, the rest one cell each.

A list of records that say how they read (`__str__`) is joined like a list of texts.
"""

import math
from collections.abc import Iterator
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel, RootModel
from pydantic_core import to_json, to_jsonable_python

Cell = str | int | float | date | None
"""What one cell holds; a `bool` is an `int`, and a `datetime` a `date`."""

_BETWEEN = "; "
_COLLECTIONS = (list, tuple, set, frozenset)


class Columns:
    """The columns of the read model `kind`, in its order."""

    def __init__(self, kind: type[BaseModel]) -> None:
        self._paths = dict(_paths(kind, (), (kind,)))
        self.names = [".".join(path) for path in self._paths]

    def row(self, item: BaseModel) -> list[Cell]:
        """The item's cells, one for each column."""
        dumped = item.model_dump(by_alias=True)
        return [cell_of(_as_read(_at(dumped, path), said)) for path, said in self._paths.items()]


def cell_of(value: object) -> Cell:
    """A value of a read model as one cell: a list joined where it is of scalars, else as JSON."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has neither infinity nor NaN
    if value is None or isinstance(value, str | int | date):
        return value
    if isinstance(value, _COLLECTIONS) and not any(
        isinstance(part, (dict, *_COLLECTIONS)) for part in value
    ):
        return _BETWEEN.join(text_of(cell_of(part)) for part in value)
    if isinstance(value, (dict, *_COLLECTIONS)):
        return to_json(value).decode()
    plain: Cell = to_jsonable_python(value)
    return plain


def text_of(cell: Cell) -> str:
    """The cell as text: dates by ISO 8601, truth as `true` and `false`, nothing as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(to_jsonable_python(cell))


def _paths(
    kind: type[BaseModel], before: tuple[str, ...], above: tuple[type, ...]
) -> Iterator[tuple[tuple[str, ...], type[BaseModel] | None]]:
    """The path of each column, and the records of its list where they say how they read."""
    fields = [
        (field.serialization_alias or name, field.annotation)
        for name, field in kind.model_fields.items()
        if not field.exclude
    ]
    computed = [
        (field.alias or name, field.return_type)
        for name, field in kind.model_computed_fields.items()
    ]
    for name, annotation in fields + computed:
        nested = _record_in(annotation)
        if nested is None or nested in above:
            yield (*before, name), _said_in(annotation)
        else:
            yield from _paths(nested, (*before, name), (*above, nested))


def _record_in(annotation: object) -> type[BaseModel] | None:
    """The read model that the annotation says is there, or nothing is."""
    if get_origin(annotation) is Annotated:
        return _record_in(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        return _record_in(kinds[0]) if len(kinds) == 1 else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return None if issubclass(annotation, RootModel) else annotation
    return None


def _said_in(annotation: object) -> type[BaseModel] | None:
    if get_origin(annotation) is not list:
        return None
    record = _record_in(get_args(annotation)[0])
    return record if record and record.__str__ is not BaseModel.__str__ else None


def _as_read(value: object, said: type[BaseModel] | None) -> object:
    if said is None or not isinstance(value, list):
        return value
    return [str(said.model_construct(**part)) for part in value]


def _at(dumped: object, path: tuple[str, ...]) -> object:
    for name in path:
        dumped = dumped[name] if isinstance(dumped, dict) else None
    return dumped
