"""The survey tools: what is asked (¶5, ¶12)."""
