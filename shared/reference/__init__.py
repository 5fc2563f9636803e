"""Reference data: the 193 Member States, the cited resolutions, the thematic areas."""

from shared.reference.catalogue import (
    Capacity,
    MemberState,
    Resolution,
    Theme,
    m49_areas,
    member_states,
    resolutions,
    themes,
)
from shared.reference.evidence import Evidence
from shared.reference.types import (
    Alpha3,
    M49Area,
    RegionName,
    ResolutionNumber,
    SubregionName,
    ThemeCode,
)

__all__ = [
    "Alpha3",
    "Capacity",
    "Evidence",
    "M49Area",
    "MemberState",
    "RegionName",
    "Resolution",
    "ResolutionNumber",
    "SubregionName",
    "Theme",
    "ThemeCode",
    "m49_areas",
    "member_states",
    "resolutions",
    "themes",
]
