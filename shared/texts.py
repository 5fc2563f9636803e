"""Texts that are given alike everywhere."""

from typing import Annotated

from pydantic import StringConstraints

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000)]
"""Why something is asked, changed or decided, in the words of who does it."""
