"""What becomes of a section of the dossier (¶7) that could not be read."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


class DossierSectionStatus(StrEnum):
    """How far a section is to be trusted."""

    COMPLETE = "complete"
    STALE = "stale"
    """The last good copy: what it is about could not be read this time."""
    UNAVAILABLE = "unavailable"


class UnreadReason(StrEnum):
    """Why a section could not be read."""

    NOT_CONFIGURED = "not_configured"
    DOWN = "down"
    TIMED_OUT = "timed_out"
    FAILING = "failing"
    BUSY = "busy"
    NOT_TRIED = "not_tried"
    """The service failed so often just before that it is given time to recover."""
    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"


PASSING = frozenset(
    {UnreadReason.DOWN, UnreadReason.TIMED_OUT, UnreadReason.FAILING, UnreadReason.BUSY}
)
"""What a second attempt may not meet again."""

REFUSALS = frozenset({UnreadReason.FORBIDDEN, UnreadReason.NOT_FOUND})
"""What is no fault of the service: no earlier copy is shown to who may not read it now."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What of a section the dossier before holds."""

    as_of: datetime | None
    """When the copy that it holds was read, if it holds one."""
    since: datetime | None
    """Since when it could not be read anew, if it could not."""


def status_after(reason: UnreadReason, kept: Kept | None) -> DossierSectionStatus:
    """What a section is that could not be read: stale if there is an earlier copy to show."""
    if kept is None or kept.as_of is None or reason in REFUSALS:
        return DossierSectionStatus.UNAVAILABLE
    return DossierSectionStatus.STALE


def retry_after(header: str | None, answered_at: str | None) -> float | None:
    """The seconds that a Retry-After header asks to wait, none where it says nothing readable.

    A date is counted from the answer's own Date, whatever the clocks here say (RFC 9110, 10.2.3).
    """
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header)
    try:
        wait = parsedate_to_datetime(header) - parsedate_to_datetime(answered_at or "")
        return max(0.0, wait.total_seconds())
    except (TypeError, ValueError):
        return None
