"""The annual list of States whose consent to a visit is sought (¶6)."""
