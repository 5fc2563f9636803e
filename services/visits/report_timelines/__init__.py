"""How long reports take, where they wait, and when they are likely to be submitted (¶6, ¶7)."""
