"""Recommendations to States, and their life cycle (¶9)."""
