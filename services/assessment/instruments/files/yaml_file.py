"""Instruments as YAML, read by a schema of our own: a plain scalar is text, but for null.

So `no` is a choice's code and `2` a paragraph wherever an instrument has text there, and the
instrument's fields make numbers of what is a number. Tags, aliases and repeated keys are refused.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from services.assessment.instruments.files.reading import Path, ReadFile, dotted, text_of
from services.assessment.instruments.schemas import InstrumentDraft
from shared.errors import FieldError

MOST_NODES = 500_000
MOST_DEEP = 40
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class _Dumper(yaml.CSafeDumper):
    """Writes everything out, without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write(draft: InstrumentDraft) -> bytes:
    """The draft, without what goes without saying."""
    content = draft.model_dump(mode="json", exclude_defaults=True)
    text: bytes = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, encoding="utf-8"
    )
    return text


def read(data: bytes) -> ReadFile:
    """What the file says.

    Raises:
        ValueError: it is not YAML, or uses what no instrument needs; the message says where.
    """
    try:
        return _Document(text_of(data)).read()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValueError(f"Line {line}: {error.problem}; it is not YAML.") from error
    except yaml.YAMLError as error:
        raise ValueError(f"It is not YAML: {error}.") from error


class _Document:
    """A document while it is read."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._lines: dict[Path, int] = {}
        self._faults: list[FieldError] = []

    def read(self) -> ReadFile:
        """The only document of the stream."""
        content: object = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if content is not None:
                    raise ValueError(f"Line {_line(event)}: send one document, not several.")
                content = self._value(next(self._events), ())
        if not isinstance(content, dict):
            raise ValueError("It must be a mapping with code, title, tool and sections.")  # noqa: TRY004
        return ReadFile(content, self._fault, self._faults)

    def _value(self, event: yaml.Event, path: Path) -> object:
        line = self._lines[path] = _line(event)
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"Line {line}: write out what *{event.anchor} stands for.")  # noqa: TRY004
        assert isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))  # noqa: S101
        if event.tag is not None:
            raise ValueError(f"Line {line}: leave out the tag {event.tag}.")
        if len(self._lines) > MOST_NODES:
            raise ValueError(f"It has more than {MOST_NODES:,} values; send a smaller instrument.")
        if len(path) > MOST_DEEP:
            raise ValueError(f"Line {line}: it lies deeper than an instrument can.")
        if isinstance(event, yaml.ScalarEvent):
            return None if event.implicit[0] and event.value in _NULLS else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise ValueError(f"Line {_line(event)}: a name must be a word.")  # noqa: TRY004
            name = event.value
            value = self._value(next(self._events), (*path, name))
            if name in items:
                self._faults.append(
                    self._fault((*path, name), "It is given twice; leave one of them out.")
                )
            items[name] = value
        return items

    def _fault(self, path: Path, message: str) -> FieldError:
        known = tuple(path)
        while known not in self._lines:
            known = known[:-1]
        return FieldError(field=dotted(path), message=f"Line {self._lines[known]}: {message}")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
