"""Visits of other United Nations bodies, to coordinate with (¶14)."""
