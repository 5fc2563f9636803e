"""What changed from one instrument to another, and what it covers since (¶5, ¶12)."""
