"""Analytical products: analyses, good practices and guidelines (¶18 to ¶20, ¶26, ¶36)."""
