"""The reports of visits, from draft to submission (¶7)."""
