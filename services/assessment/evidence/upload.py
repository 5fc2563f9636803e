"""Takes in a form with a file: who may not call has none of it read, and a disk holds the rest."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.assessment.evidence.schemas import EvidenceForm
from services.assessment.evidence.settings import Limits
from shared.auth import CtedOrState
from shared.errors import TooLarge

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": EvidenceForm.model_json_schema()}},
    }
}
"""The body in OpenAPI: FastAPI would read one that it knows before it asks who is calling."""


async def _received(
    request: Request, caller: CtedOrState, limits: Limits
) -> AsyncIterator[EvidenceForm]:
    async with request.form(max_files=1, max_fields=10) as parts:
        try:
            form = EvidenceForm.model_validate(dict(parts))
        except ValidationError as error:
            raise RequestValidationError(
                [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
            ) from error
        if (form.file.size or 0) > limits.max_file_bytes:
            raise TooLarge.of_field(
                "body.file", f"A file may have {limits.max_file_mebibytes} MiB at most."
            )
        yield form


ReceivedForm = Annotated[EvidenceForm, Depends(_received)]
"""To be taken before the session, so that no transaction waits for a slow sender."""
