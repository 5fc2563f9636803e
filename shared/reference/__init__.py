"""Reference data: the 193 Member States, the cited resolutions, the thematic areas."""

from shared.reference.catalogue import (
    MemberState,
    Resolution,
    Theme,
    member_states,
    resolutions,
    themes,
)
from shared.reference.types import Alpha3, ResolutionNumber, ThemeCode

__all__ = [
    "Alpha3",
    "MemberState",
    "Resolution",
    "ResolutionNumber",
    "Theme",
    "ThemeCode",
    "member_states",
    "resolutions",
    "themes",
]
