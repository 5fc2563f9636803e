"""Trends and emerging issues, and analytical products (¶11, ¶18 to ¶20, ¶26)."""
