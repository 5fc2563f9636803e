"""Visits, comprehensive and follow-up (¶7)."""
