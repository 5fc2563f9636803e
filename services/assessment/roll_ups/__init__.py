"""Implementation by theme, resolution and region, over years (¶5, ¶12, ¶26)."""
