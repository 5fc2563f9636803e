"""When a delivery succeeded, when it is tried again, and when it is given up."""

from datetime import datetime, timedelta

HOLD_AFTER_FAILURES = 3
"""An endpoint that failed as often in a row is left alone for a while, whatever waits for it."""
LONGEST_HOLD = timedelta(minutes=5)
PAUSE_AFTER_GIVE_UPS = 3
"""An endpoint for which as many deliveries were given up, with none taken between, is paused."""
GONE = 410
"""By this status an endpoint says that it wants nothing more."""


def succeeded(status: int | None) -> bool:
    """Whether an answer of this HTTP status takes the delivery; a redirect does not."""
    return status is not None and 200 <= status < 300


def retry_after(failures: int, first: timedelta, longest: timedelta, chance: float) -> timedelta:
    """How long to wait after the nth failure: doubled each time, and spread over half of it.

    `chance`, from 0 to 1, spreads the retries of many deliveries that failed together.
    """
    whole = first * (1 << min(failures - 1, 30))
    return min(whole, longest) * (0.5 + chance / 2)


def gives_up(planned_at: datetime, next_attempt_at: datetime, limit: timedelta) -> bool:
    """Whether the next attempt would come later than the limit after the delivery was planned."""
    return next_attempt_at > planned_at + limit


def hold_for(failures: int, first: timedelta) -> timedelta | None:
    """How long to leave alone an endpoint that failed this often in a row, or None."""
    if failures < HOLD_AFTER_FAILURES:
        return None
    return min(first * (1 << min(failures - HOLD_AFTER_FAILURES, 30)), LONGEST_HOLD)
