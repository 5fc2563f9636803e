"""Who is willing and able to help, the Office of Counter-Terrorism among them (¶25, ¶32)."""
