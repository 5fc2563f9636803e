"""Meetings of the Committee, and whom it invites to them (¶8)."""
