"""Visits in the calendar programs of those who take part (RFC 5545)."""
