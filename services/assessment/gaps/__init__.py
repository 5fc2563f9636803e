"""Gaps in implementation, derived from the answers and the ratings (¶6)."""
