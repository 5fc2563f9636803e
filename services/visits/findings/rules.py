"""What still stands of what was found."""

from typing import Final

ISSUED: Final = "issued"
"""The status of a recommendation of which no change is known."""

CLOSED: Final = frozenset({"implemented", "no_longer_relevant"})
"""The statuses that close a recommendation; a gap all of whose recommendations are closed is
closed with them (¶6 speaks of existing gaps)."""
