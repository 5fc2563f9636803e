"""Whom to visit: every State ranked, with the reasons (¶6)."""
