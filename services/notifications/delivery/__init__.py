"""Signed deliveries to webhooks: at least once, retried, logged, replayable."""
