"""How fairly and consistently the assessment tools are applied (¶7)."""
