"""Instruments as JSON."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from services.assessment.instruments.files.reading import Path, ReadFile, dotted, text_of
from services.assessment.instruments.schemas import InstrumentDraft
from shared.errors import FieldError


def write(draft: InstrumentDraft) -> bytes:
    """The draft, without what goes without saying."""
    content = draft.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def read(data: bytes) -> ReadFile:
    """What the file says.

    Raises:
        ValueError: it is not JSON; the message says where.
    """
    repeated: list[tuple[dict[str, Any], str]] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            counted = Counter(name for name, _ in pairs)
            repeated.extend((content, name) for name, count in counted.items() if count > 1)
        return content

    try:
        content = json.loads(text_of(data), object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError("It lies too deep in brackets to be an instrument.") from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Line {error.lineno}, column {error.colno}: {error.msg}; it is not JSON."
        ) from error
    if not isinstance(content, dict):
        raise ValueError("It must be an object with code, title, tool and sections.")  # noqa: TRY004
    paths = dict(_objects(content, ())) if repeated else {}
    return ReadFile(
        content,
        _fault,
        [
            _fault((*paths[id(holder)], name), "It is given twice; leave one of them out.")
            for holder, name in repeated
            if id(holder) in paths
        ],
    )


def _fault(path: Path, message: str) -> FieldError:
    return FieldError(field=dotted(path), message=message)


def _objects(value: object, path: Path) -> Iterator[tuple[int, Path]]:
    if isinstance(value, dict):
        yield id(value), path
        for name, part in value.items():
            yield from _objects(part, (*path, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _objects(part, (*path, number))
