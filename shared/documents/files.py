"""What all documents have in common, whatever they say."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst
from fastapi import Response

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""DejaVu, for the scripts that Typst's own fonts lack: Arabic, Hebrew, Armenian, Georgian."""


def storable(text: str) -> str:
    """The text without the characters that no XML, and so no DOCX, can hold."""
    return _NOT_IN_XML.sub("", text)


def typeset(template: Path, data: Mapping[str, Any], made_on: date) -> bytes:
    """The PDF that a Typst template makes of `data`, which it reads as `sys.inputs.data`.

    Data come as JSON, so that nothing in them is markup; the same data make the same file. Takes
    some tenths of a second of a processor.
    """
    made = typst.compile(
        template,
        root=template.parent,
        font_paths=[_FONTS],
        sys_inputs={"data": json.dumps(data)},
        timestamp=int(datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC).timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file
    return made


def handed_over(
    file: bytes, media_type: str, name: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The file as an answer, to be saved under its name and not guessed at."""
    return Response(
        file,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
    )
