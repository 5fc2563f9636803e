"""Takes in an instrument's file: who may not call has none of it read."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from services.assessment.instruments.files.service import MEDIA_TYPES, FileFormat
from shared.auth import CtedCaller
from shared.errors import TooLarge, UnsupportedMediaType

MOST_MEBIBYTES = 5
"""Some five thousand questions."""
_MEBIBYTE = 1024 * 1024
_BINARY = {"type": "string", "format": "binary"}
_DRAFT = {"$ref": "#/components/schemas/InstrumentDraft-Input"}
_SCHEMAS = {FileFormat.JSON: _DRAFT, FileFormat.YAML: _DRAFT, FileFormat.XLSFORM: _BINARY}

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"The file itself, of {MOST_MEBIBYTES} MiB at most",
        "content": {kind.media_type: {"schema": schema} for kind, schema in _SCHEMAS.items()},
    }
}
"""The body in OpenAPI: FastAPI would read one that it knows before it asks who is calling."""
FILE_ANSWER: dict[str, Any] = {
    "description": "The file, to be saved",
    "headers": {"Content-Disposition": {"schema": {"type": "string"}}},
    "content": {kind.media_type: {"schema": schema} for kind, schema in _SCHEMAS.items()},
}


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent."""

    content: bytes
    kind: FileFormat


async def _sent(request: Request, caller: CtedCaller) -> SentFile:
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    kind = next((kind for kind, names in MEDIA_TYPES.items() if told in names), None)
    if kind is None:
        known = ", ".join(kind.media_type for kind in FileFormat)
        raise UnsupportedMediaType(f"Send the file with one of these as its Content-Type: {known}.")
    content = await request.body()
    if len(content) > MOST_MEBIBYTES * _MEBIBYTE:
        raise TooLarge(f"A file may have {MOST_MEBIBYTES} MiB at most.")
    return SentFile(content, kind)


InstrumentUpload = Annotated[SentFile, Depends(_sent)]
"""To be taken before the session, so that no transaction waits for a slow sender."""
