"""Trends, emerging issues and events that bear on whom to visit (¶6, ¶18, ¶19)."""
