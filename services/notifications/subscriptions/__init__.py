"""Webhooks: who is sent which events, and where (¶23)."""
