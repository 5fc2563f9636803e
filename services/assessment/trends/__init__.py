"""Trends and emerging issues, which bear on whom to visit (¶6, ¶11)."""
