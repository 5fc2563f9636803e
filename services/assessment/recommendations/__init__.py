"""Recommendations to States, from gap to implementation (¶9)."""
