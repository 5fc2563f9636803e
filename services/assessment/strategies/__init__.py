"""Comprehensive and integrated counter-terrorism strategies of States (¶16, ¶17)."""
