"""Assessments of States: opened for a response, scored and completed (¶4, ¶5)."""
