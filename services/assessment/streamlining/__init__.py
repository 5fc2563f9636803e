"""Which questions add least, from what States answered, and what dropping them does (¶12)."""
