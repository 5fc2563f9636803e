"""What becomes of a section that could not be read, and how long to wait."""

from datetime import UTC, datetime

import pytest

from services.visits.dossiers.rules import (
    REFUSALS,
    DossierSectionStatus,
    Kept,
    UnreadReason,
    retry_after,
    status_after,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DATE = "Sun, 01 Mar 2026 00:00:00 GMT"


@pytest.mark.parametrize("reason", UnreadReason)
def test_an_earlier_copy_is_shown_unless_the_caller_was_refused(reason: UnreadReason) -> None:
    expected = (
        DossierSectionStatus.UNAVAILABLE if reason in REFUSALS else DossierSectionStatus.STALE
    )
    assert status_after(reason, Kept(as_of=NOW, since=None)) == expected
    assert status_after(reason, Kept(as_of=None, since=NOW)) == DossierSectionStatus.UNAVAILABLE
    assert status_after(reason, None) == DossierSectionStatus.UNAVAILABLE


@pytest.mark.parametrize(
    ("header", "answered_at", "seconds"),
    [
        (None, DATE, None),
        ("0", None, 0.0),
        (" 120 ", None, 120.0),
        ("Sun, 01 Mar 2026 00:01:30 GMT", DATE, 90.0),
        ("Sat, 28 Feb 2026 00:00:00 GMT", DATE, 0.0),
        ("Sun, 01 Mar 2026 00:01:30 GMT", None, None),
        ("Sun, 01 Mar 2026 00:01:30 -0000", DATE, None),
        ("-1", DATE, None),
        ("²", DATE, None),
        ("soon", DATE, None),
        ("", DATE, None),
    ],
)
def test_how_long_a_service_asks_to_be_left_alone(
    header: str | None, answered_at: str | None, seconds: float | None
) -> None:
    assert retry_after(header, answered_at) == seconds
