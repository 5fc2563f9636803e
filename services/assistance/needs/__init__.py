"""What help States need (¶9, ¶25)."""
