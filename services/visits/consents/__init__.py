"""The consent of a State to a visit (¶6)."""
