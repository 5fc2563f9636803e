"""Experts outside of government, heard on a visit at the State's behest alone (¶7)."""
