"""A schema only grows within a version: what it once promised, it keeps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
"""A JSON Schema, or a part of one, as `json.loads` gives it."""
_Seen = frozenset[tuple[str, str]]

_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_COMPARED = {"$ref", "anyOf", "oneOf", "type", "format", "const", "enum", "properties", "required"}
_COMPARED |= {"items", "additionalProperties", *_AT_LEAST, *_AT_MOST}
_WORDS_ONLY = {"$defs", "$id", "$schema", "default", "deprecated", "description", "examples"}
_WORDS_ONLY |= {"title"}
_ANYTHING = "anything"


def incompatibilities(released: Schema, current: Schema) -> list[str]:
    """Why `current` may not take the place of `released` within a version; empty if it may.

    Nothing that the released schema describes may be gone or forbidden, and no value may have a
    type that it could not have before. New optional properties, new enum values and looser limits
    are growth.

    Args:
        released: the JSON Schema that consumers know.
        current: the JSON Schema that is to be published.

    Returns:
        One line for each fault, which begins with the property's path, such as `steps[].theme`.
    """
    return sorted(set(_Comparison(released, current).of_values(released, current, "", frozenset())))


@dataclass(frozen=True, slots=True)
class _Comparison:
    released_root: Schema
    current_root: Schema

    def of_values(self, released: Schema, current: Schema, path: str, seen: _Seen) -> Iterator[str]:
        references = (released.get("$ref", ""), current.get("$ref", ""))
        if references in seen:
            return
        if any(references):
            seen |= {references}
        before = _by_kind(released, self.released_root)
        after = _by_kind(current, self.current_root)
        where = path or "data"
        if _ANYTHING not in after:
            for kind in before.keys() - after.keys():
                yield f"{where}: can no longer be {kind}"
        for kind in after.keys() - before.keys():
            yield f"{where}: can now be {kind}, which consumers do not expect"
        for kind in before.keys() & after.keys():
            for promised in before[kind]:
                faults = [
                    list(self._of_one_kind(promised, allowed, path, seen))
                    for allowed in after[kind]
                ]
                yield from min(faults, key=len)

    def _of_one_kind(
        self, released: Schema, current: Schema, path: str, seen: _Seen
    ) -> Iterator[str]:
        where = path or "data"
        allowed, promised = _values(current), _values(released)
        if allowed is not None and promised is None:
            yield f"{where}: is now limited to {', '.join(map(repr, allowed))}"
        elif allowed is not None and promised is not None:
            yield from (
                f"{where}: no longer allows {value!r}" for value in promised if value not in allowed
            )
        yield from _tighter_limits(released, current, where)
        prefix = f"{path}." if path else ""
        before, after = released.get("properties", {}), current.get("properties", {})
        for name in before.keys() - after.keys():
            yield f"{prefix}{name}: was removed"
        for name in set(current.get("required", [])) - set(released.get("required", [])):
            yield f"{prefix}{name}: is newly required"
        for name in before.keys() & after.keys():
            yield from self.of_values(
                _schema(before[name]), _schema(after[name]), prefix + name, seen
            )
        for keyword, suffix in (("items", "[]"), ("additionalProperties", "{}")):
            others_before, others_after = released.get(keyword, True), current.get(keyword, True)
            if others_after is False and others_before is not False:
                yield f"{path}{suffix}: is no longer allowed"
            elif others_before is not False and (keyword in released or keyword in current):
                yield from self.of_values(
                    _schema(others_before), _schema(others_after), path + suffix, seen
                )


def _by_kind(schema: Schema, root: Schema) -> dict[str, list[Schema]]:
    """The alternatives of a value, by type and format: a date is of another kind than a text."""
    kinds: dict[str, list[Schema]] = {}
    for alternative in _alternatives(schema, root):
        kind = str(alternative.get("type", _ANYTHING))
        if "format" in alternative:
            kind += f" ({alternative['format']})"
        kinds.setdefault(kind, []).append(alternative)
    return kinds


def _alternatives(schema: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        siblings = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
        yield from _alternatives(_referred(schema["$ref"], root) | siblings, root)
        return
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            common = {name: value for name, value in schema.items() if name != keyword}
            for alternative in schema[keyword]:
                yield from _alternatives(common | _schema(alternative), root)
            return
    types = schema.get("type")
    if isinstance(types, list):
        for one in types:
            yield from _alternatives(schema | {"type": one}, root)
    else:
        yield schema


def _referred(reference: str, root: Schema) -> Schema:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return _schema(found)


def _schema(value: object) -> Schema:
    """A schema may be written as true, which allows anything."""
    return value if isinstance(value, dict) else {}


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _tighter_limits(released: Schema, current: Schema, where: str) -> Iterator[str]:
    for keyword, limit in current.items():
        before = released.get(keyword)
        if keyword in _AT_LEAST:
            tighter = before is None or limit > before
        elif keyword in _AT_MOST:
            tighter = before is None or limit < before
        else:
            known = keyword in _COMPARED or keyword in _WORDS_ONLY or keyword.startswith("x-")
            tighter = not known and limit != before
        if tighter:
            yield f"{where}: {keyword} is now {limit!r}"
