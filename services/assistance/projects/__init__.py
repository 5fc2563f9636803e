"""Assistance under way (¶22, ¶25)."""
