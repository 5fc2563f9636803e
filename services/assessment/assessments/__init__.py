"""Assessments of States: scores from the answers (¶4, ¶5)."""
