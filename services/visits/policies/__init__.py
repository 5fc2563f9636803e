"""How much each reason for a visit weighs: named policies, every version kept (¶6)."""
