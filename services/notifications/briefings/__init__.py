"""What is to be reported and briefed on, again and again (¶13, ¶15, ¶32)."""
