"""Ratings: what the assessors find beside what the answers say (¶4, ¶7, ¶12)."""
