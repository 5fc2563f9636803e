"""Assessments of implementation, and the gaps they find (¶5, ¶6)."""
