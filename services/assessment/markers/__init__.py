"""Gender, human rights and children: what addresses them and what does not (¶30, ¶39)."""
