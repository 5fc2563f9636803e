"""What happened between the programme and a State on the way to each visit (¶13)."""
