"""Where a State's request for a visit may go (¶6)."""

from collections.abc import Mapping
from typing import Final

FREE_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "open": ("withdrawn", "met"),
    "withdrawn": (),
    "met": (),
}
"""The State withdraws it; a visit meets it."""
