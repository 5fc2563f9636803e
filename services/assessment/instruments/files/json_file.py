"""Instruments as JSON."""

import json
from collections import Counter
from typing import Any

from services.assessment.instruments.files.reading import ReadFile, dotted, text_of
from services.assessment.instruments.schemas import InstrumentDraft
from shared.errors import FieldError

MOST_BRACKETS = 200_000
"""A question has about a dozen."""


def write(draft: InstrumentDraft) -> bytes:
    """The draft, without what goes without saying."""
    content = draft.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"


def read(data: bytes) -> ReadFile:
    """What the file says.

    Raises:
        ValueError: it is not JSON; the message says where.
    """
    text = text_of(data)
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError(f"It holds more than {MOST_BRACKETS:,} lists and objects; send less.")
    try:
        content = json.loads(text, object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("It lies too deep in brackets to be an instrument.") from error
    except json.JSONDecodeError as error:
        raise ValueError(
            f"Line {error.lineno}, column {error.colno}: {error.msg}; it is not JSON."
        ) from error
    if not isinstance(content, dict):
        raise ValueError("It must be an object with code, title, tool and sections.")  # noqa: TRY004
    return ReadFile(content, lambda path, message: FieldError(field=dotted(path), message=message))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; a name that it has twice becomes one that no instrument knows."""
    content = dict(pairs)
    if len(content) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        content |= {f"{name} (given twice)": None for name, count in counted.items() if count > 1}
    return content
