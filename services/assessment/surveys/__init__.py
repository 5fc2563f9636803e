"""Surveys issued to States, and their responses."""
