"""What a State asks to keep confidential, and what it lifts again (¶23)."""
