"""What a State did about its recommendations within 12 months (¶9)."""
