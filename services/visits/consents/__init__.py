"""Consent of the States on the annual list to visits (¶6, ¶13)."""
