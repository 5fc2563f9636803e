"""What a file says of an instrument, before anyone knows whether it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.errors import FieldError

Path = Sequence[str | int]
"""Where something is in an instrument, such as `("sections", 0, "title")`."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The draft that a file describes, with what is wrong with the file itself."""

    content: dict[str, Any]
    fault: Callable[[Path, str], FieldError]
    """Names what is wrong somewhere in the draft by where that stands in the file."""
    faults: list[FieldError] = field(default_factory=list)


def dotted(path: Path) -> str:
    """The path in words, such as `sections.0.title`."""
    return ".".join(map(str, path)) or "file"


def text_of(data: bytes) -> str:
    """The file as text.

    Raises:
        ValueError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"Byte {error.start} is not UTF-8; save the file as UTF-8.") from error
