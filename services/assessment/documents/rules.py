"""In what order the documents say things."""

from collections import Counter
from collections.abc import Iterable, Mapping

SEVERITIES = ("critical", "high", "medium", "low")
"""Gravest first."""


def gravest_first(severity: str) -> int:
    """The place of a severity; sorts gaps."""
    return SEVERITIES.index(severity)


def severities_by_theme(found: Iterable[tuple[str, str]]) -> Mapping[str, Mapping[str, int]]:
    """How many gaps of each severity a theme has, by theme; `found` holds theme and severity.

    Themes with the most gaps come first, those with equally many by name.
    """
    counted: dict[str, Counter[str]] = {}
    for theme, severity in found:
        counted.setdefault(theme, Counter())[severity] += 1
    return dict(sorted(counted.items(), key=lambda entry: (-entry[1].total(), entry[0])))
