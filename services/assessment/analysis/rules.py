"""The life cycle of a product."""

from collections.abc import Mapping

FREE_STEPS: Mapping[str, tuple[str, ...]] = {"draft": ("published",), "published": ()}
"""The steps allowed from each state of a product."""
