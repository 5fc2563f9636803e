"""Files that a caller keeps, and asks about before it uses them again (RFC 9110, 13.1.2)."""

from typing import Annotated

from fastapi import Header, Response

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag of the copy that you have")
]


def headers_of_copy(tag: str) -> dict[str, str]:
    """What goes with a copy, or with the word that the caller has it."""
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def unchanged(if_none_match: str | None, tag: str) -> Response | None:
    """The answer to a caller that has the copy of this tag already; none if it has not."""
    asked = if_none_match or ""
    # By what is quoted, as reads compare weakly; the quotes keep a part of another from matching.
    if asked.strip() != "*" and tag.removeprefix("W/") not in asked:
        return None
    return Response(status_code=304, headers=headers_of_copy(tag))
