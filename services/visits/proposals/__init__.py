"""The proposed annual list: the best by the ranking that keeps to what officers ask (¶6)."""
