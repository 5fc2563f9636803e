"""Gaps in implementation, derived from the answers (¶6)."""
