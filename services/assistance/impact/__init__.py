"""What changed in a State after a project (¶22)."""
