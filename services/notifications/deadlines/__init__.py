"""Dated duties: who owes what by when, and what closes it (¶9, ¶25)."""
