"""Which provider is proposed for which need, and what it answers (¶17, ¶25)."""
