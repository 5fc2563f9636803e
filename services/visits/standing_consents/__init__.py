"""Consent that a State gives to visits before it is asked (¶6: consent previously expressed)."""
